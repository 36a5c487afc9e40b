#include "app/cli/model_commands.h"

#include <QJsonArray>

#include <algorithm>

namespace tritloom::cli {

int formats(Context& context, const QStringList& arguments)
{
    if (!context.parse(arguments, 0))
        return context.exitCode;
    QJsonArray list;
    std::vector<QStringList> rows;
    for (const NumberFormatFamily& family : numberFormatFamilies()) {
        for (const std::string& id : family.examples()) {
            const auto format = parseNumberFormat(id);
            if (!format)
                return context.fail(format.error());
            const QString name = QString::fromStdString(id);
            list.append(QJsonObject{
                {"id", name},
                {"bitsPerWeight", (*format)->bitsPerWeight()},
                {"blockElements", qint64((*format)->blockElements())},
                {"blockBytes", qint64((*format)->blockBytes())},
                {"family", QString::fromUtf8(family.synopsis.data(), qsizetype(family.synopsis.size()))}});
            rows.push_back(
                {name, QString::number((*format)->bitsPerWeight()),
                 QString::number((*format)->blockElements()), QString::number((*format)->blockBytes())});
        }
    }
    if (context.json())
        context.print({{"formats", list}});
    else
        printTable({"format", "bits per weight", "weights a block", "bytes a block"}, rows);
    return Done;
}

int methods(Context& context, const QStringList& arguments)
{
    if (!context.parse(arguments, 0))
        return context.exitCode;
    QJsonArray list;
    std::vector<QStringList> rows;
    for (const MethodInfo& info : context.plugins().all()) {
        QJsonArray parameters;
        for (const ParameterSpec& spec : context.plugins().parametersOf(info))
            parameters.append(QJsonObject{
                {"key", QString::fromStdString(spec.key)},
                {"title", QString::fromStdString(spec.title)},
                {"unit", QString::fromStdString(spec.unit)},
                {"standard", spec.standard},
                {"lowest", spec.lowest},
                {"highest", spec.highest},
                {"whole", spec.whole}});
        list.append(QJsonObject{
            {"id", QString::fromStdString(info.id)},
            {"kind", QString::fromStdString(std::string(idOf(info.kind)))},
            {"title", info.title},
            {"summary", info.summary},
            {"spec", QString::fromStdString(info.spec)},
            {"paper", info.paper},
            {"covers", info.covers},
            {"parameters", parameters}});
        rows.push_back(
            {QString::fromStdString(info.id), QString::fromStdString(std::string(idOf(info.kind))),
             info.title, info.summary});
    }
    std::ranges::sort(rows, {}, [](const QStringList& row) { return std::pair(row[1], row[0]); });
    for (const QString& problem : context.plugins().problems())
        std::fprintf(stderr, "%s\n", qPrintable(problem));
    const QString absent = QStringLiteral(TRITLOOM_ABSENT); // plugins that this build lacks, and why
    if (context.json()) {
        QJsonObject object{{"methods", list}};
        if (!absent.isEmpty())
            object["absent"] = absent;
        context.print(object);
        return Done;
    }
    printTable({"method", "kind", "title", "what it does"}, rows);
    if (!absent.isEmpty())
        std::printf("\n%s\n", qPrintable(absent));
    return Done;
}

int listDevices(Context& context, const QStringList& arguments)
{
    if (!context.parse(arguments, 0))
        return context.exitCode;
    QJsonArray list;
    std::vector<QStringList> rows;
    for (const Device& device : devices()) {
        list.append(QJsonObject{
            {"id", QString::fromStdString(device.id)}, {"title", QString::fromStdString(device.title)}});
        rows.push_back({QString::fromStdString(device.id), QString::fromStdString(device.title)});
    }
    if (context.json())
        context.print({{"devices", list}});
    else
        printTable({"device", "title"}, rows);
    return Done;
}

} // namespace tritloom::cli
