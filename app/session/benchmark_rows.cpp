#include "app/session/benchmark_rows.h"

#include <QStringList>

namespace tritloom {
namespace {

/// The only list of what a row holds beside its names.
struct Field {
    const char* name;
    std::size_t BenchmarkRow::*count = nullptr;
    double BenchmarkRow::*number = nullptr;
};
constexpr Field fields[] = {
    {.name = "rows", .count = &BenchmarkRow::rows},
    {.name = "inner", .count = &BenchmarkRow::inner},
    {.name = "columns", .count = &BenchmarkRow::columns},
    {.name = "threads", .count = &BenchmarkRow::threads},
    {.name = "seconds", .number = &BenchmarkRow::seconds},
    {.name = "spread", .number = &BenchmarkRow::spread},
    {.name = "wallSeconds", .number = &BenchmarkRow::wallSeconds},
    {.name = "bytesPerSecond", .number = &BenchmarkRow::bytesPerSecond},
    {.name = "operationsPerSecond", .number = &BenchmarkRow::operationsPerSecond},
    {.name = "shareOfBandwidth", .number = &BenchmarkRow::shareOfBandwidth},
    {.name = "shareOfPeak", .number = &BenchmarkRow::shareOfPeak},
};

} // namespace

QJsonObject toJson(const BenchmarkRow& row)
{
    QJsonObject json{
        {"device", QString::fromStdString(row.device)}, {"format", QString::fromStdString(row.format)}};
    for (const Field& field : fields)
        json[field.name] = field.count ? QJsonValue(qint64(row.*field.count)) : QJsonValue(row.*field.number);
    return json;
}

BenchmarkRow benchmarkRow(const QJsonObject& json)
{
    BenchmarkRow row{
        .device = json["device"].toString().toStdString(), .format = json["format"].toString().toStdString()};
    for (const Field& field : fields)
        if (field.count)
            row.*field.count = std::size_t(std::max<qint64>(0, json[field.name].toInteger()));
        else
            row.*field.number = json[field.name].toDouble();
    return row;
}

std::string benchmarkCsv(std::span<const BenchmarkRow> rows)
{
    std::string text = "device,format";
    for (const Field& field : fields)
        text += fmt::format(",{}", field.name);
    for (const BenchmarkRow& row : rows) {
        text += fmt::format("\n\"{}\",{}", row.device, row.format);
        for (const Field& field : fields)
            text += field.count ? fmt::format(",{}", row.*field.count)
                                : fmt::format(",{:.6g}", row.*field.number);
    }
    return text + "\n";
}

} // namespace tritloom
