#include "app/session/comparison_controller.h"

#include "core/base/parallel.h"

#include <QMetaObject>

#include <algorithm>

namespace tritloom {

ComparisonController::ComparisonController(
    std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_store(store)
    , m_worker([this](const Request& request, std::stop_token stop) {
        becomeBackgroundThread(); // what is dragged is waited for, this is not
        if (request.rows.empty())
            return;
        std::vector<ComparisonRow> rows = request.rows;
        const auto result = runComparison(
            rows, *request.meter, m_store, stop,
            [&](std::size_t index, const ComparisonRow& row) {
                QMetaObject::invokeMethod(
                    this,
                    [this, generation = request.generation, index, row] {
                        if (generation != m_generation)
                            return;
                        m_rows[index] = row;
                        emit rowMeasured(int(index));
                    },
                    Qt::QueuedConnection);
            },
            [&](double fraction) { *request.fraction = fraction; });
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, result] {
                if (generation != m_generation)
                    return;
                m_running = false;
                if (!result && result.error().code != ErrorCode::Cancelled)
                    emit failed(QString::fromStdString(result.error().message));
                emit runningChanged();
            },
            Qt::QueuedConnection);
    })
{
}

ComparisonController::~ComparisonController() = default;

const ComparisonKind& ComparisonController::kind() const
{
    if (const auto pictures = m_engine->pictures())
        return pictureComparison(pictures->model()->picture->task);
    const Model& model = *m_engine->model();
    return model.picture ? pictureComparison(model.picture->task) : textComparison();
}

Result<void>
ComparisonController::start(const std::vector<std::string>& formats, const std::vector<Candidate>& methods)
{
    cancel();
    std::vector<ComparisonRow> rows =
        TRY(comparisonRows(*m_engine->model(), formats, methods, m_engine->methods()));
    if (rows.empty())
        return fail(ErrorCode::InvalidInput, "none of these methods can write any of these formats");
    if (const auto pictures = m_engine->pictures(); !m_meter || m_pictures != pictures) {
        m_meter = TRY(makeComparisonMeter(*m_engine, m_store));
        m_pictures = pictures;
        m_rows.clear(); // numbers of other pictures
    }
    for (ComparisonRow& row : rows) {
        const auto known = std::ranges::find(m_rows, row.candidate, &ComparisonRow::candidate);
        if (known != m_rows.end() && known->isMeasured())
            row = *known;
    }
    m_rows = std::move(rows);
    m_running = true;
    m_fraction = std::make_shared<std::atomic<double>>(0); // one that is stopped may still tell of its progress
    emit rowsChanged();
    m_worker.post({m_rows, m_meter, m_fraction, ++m_generation});
    emit runningChanged();
    return {};
}

void ComparisonController::forget()
{
    cancel();
    m_rows.clear();
    m_meter.reset();
    emit rowsChanged();
}

void ComparisonController::cancel()
{
    if (!m_running)
        return;
    m_running = false;
    m_worker.post({{}, {}, {}, ++m_generation});
    emit runningChanged();
}

} // namespace tritloom
