#include "app/session/benchmark_controller.h"

#include "app/session/benchmark_model.h"
#include "app/session/benchmark_rows.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMetaObject>
#include <QSysInfo>

#include <algorithm>

namespace tritloom {
namespace {

constexpr const char* settingKey = "benchmark";

/// Rows of another processor say nothing about this one.
QString machine()
{
    const QByteArray id = QSysInfo::machineUniqueId() + cpuInstructionSets().front().c_str();
    return QString::fromLatin1(QCryptographicHash::hash(id, QCryptographicHash::Sha256).toHex());
}

bool isSameWork(const BenchmarkRow& a, const BenchmarkRow& b)
{
    return a.device == b.device && a.format == b.format && a.rows == b.rows && a.inner == b.inner
        && a.columns == b.columns && a.threads == b.threads;
}

} // namespace

BenchmarkController::BenchmarkController(
    std::shared_ptr<const Model> model, MethodLookup methods, ProjectStore* store, QObject* parent)
    : QObject(parent)
    , m_model(std::move(model))
    , m_methods(std::move(methods))
    , m_store(store)
    , m_worker([this](const Request& request, std::stop_token stop) {
        if (request.cancelOnly)
            return;
        const auto result = run(request, stop);
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, result] {
                if (generation != m_generation)
                    return;
                m_running = false;
                keep();
                if (!result && result.error().code != ErrorCode::Cancelled)
                    emit failed(QString::fromStdString(result.error().message));
                emit runningChanged();
            },
            Qt::QueuedConnection);
    })
{
    restore();
}

BenchmarkController::~BenchmarkController() = default;

QString BenchmarkController::whyNot(What what) const
{
    if (what == What::Products || what == What::Fitting)
        return {};
    if (!m_model->graph)
        return QString::fromStdString(m_model->whyNotEvaluated);
    return m_model->picture ? tr("the model works on pictures, not on tokens") : QString();
}

void BenchmarkController::start(What what, std::vector<std::string> formats)
{
    m_worker.post({what, std::move(formats), ++m_generation, false});
    if (std::exchange(m_running, true))
        return;
    emit runningChanged();
}

void BenchmarkController::cancel()
{
    if (!m_running)
        return;
    m_running = false;
    m_worker.post({.generation = ++m_generation, .cancelOnly = true});
    keep();
    emit runningChanged();
}

void BenchmarkController::clear()
{
    cancel();
    m_rows.clear();
    keep();
    emit rowsChanged();
}

Result<void> BenchmarkController::run(const Request& request, const std::stop_token& stop)
{
    if (m_measured.readBytesPerSecond == 0) {
        TRY(makeCpuBackend()); // chooses the instruction set that the limits are of
        m_measured = TRY(measureCpuLimits());
    }
    const CpuLimits limits = m_measured;
    const OnBenchmarkRow onRow = [&](const BenchmarkRow& row) {
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, row, limits] {
                if (generation != m_generation)
                    return;
                m_limits = limits;
                add(row);
            },
            Qt::QueuedConnection);
    };
    const ModelBenchmark model{
        .model = m_model,
        .context = std::min<std::size_t>(512, m_model->contextLength == 0 ? 512 : m_model->contextLength)};
    switch (request.what) {
    case What::Products: {
        KernelBenchmark products;
        products.formats = request.formats;
        return benchmarkKernels(products, limits, onRow, stop);
    }
    case What::Fitting: {
        FitBenchmark fitting;
        fitting.formats = request.formats;
        return benchmarkFit(fitting, m_methods, limits, onRow, stop);
    }
    case What::Decode:
        TRY_VOID(benchmarkDecode(model, limits, onRow, stop));
        return {};
    case What::Evaluate:
        TRY_VOID(benchmarkEvaluate(model, limits, onRow, stop));
        return {};
    }
    return {};
}

void BenchmarkController::add(const BenchmarkRow& row)
{
    const auto known =
        std::ranges::find_if(m_rows, [&](const BenchmarkRow& other) { return isSameWork(row, other); });
    if (known != m_rows.end())
        *known = row;
    else
        m_rows.push_back(row);
    emit rowsChanged();
}

void BenchmarkController::keep()
{
    if (!m_store)
        return;
    QJsonArray rows;
    for (const BenchmarkRow& row : m_rows)
        rows.append(toJson(row));
    const QByteArray json =
        QJsonDocument(QJsonObject{
                          {"machine", machine()},
                          {"readBytesPerSecond", m_limits.readBytesPerSecond},
                          {"floatOperationsPerSecond", m_limits.floatOperationsPerSecond},
                          {"byteOperationsPerSecond", m_limits.byteOperationsPerSecond},
                          {"tileFloatOperationsPerSecond", m_limits.tileFloatOperationsPerSecond},
                          {"rows", rows}})
            .toJson(QJsonDocument::Compact);
    (void)m_store->setSetting(
        settingKey, std::as_bytes(std::span(json.constData(), std::size_t(json.size()))));
}

void BenchmarkController::restore()
{
    const auto kept = m_store ? m_store->setting(settingKey) : std::nullopt;
    if (!kept)
        return;
    const QJsonObject json =
        QJsonDocument::fromJson(
            QByteArray(reinterpret_cast<const char*>(kept->data()), qsizetype(kept->size())))
            .object();
    if (json["machine"].toString() != machine())
        return;
    m_limits = {
        json["readBytesPerSecond"].toDouble(), json["floatOperationsPerSecond"].toDouble(),
        json["byteOperationsPerSecond"].toDouble(), json["tileFloatOperationsPerSecond"].toDouble()};
    for (const QJsonValue row : json["rows"].toArray())
        m_rows.push_back(benchmarkRow(row.toObject()));
}

} // namespace tritloom
