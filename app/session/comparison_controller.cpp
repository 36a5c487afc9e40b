#include "app/session/comparison_controller.h"

#include <QMetaObject>

#include <algorithm>
#include <iterator>

namespace tritloom {
namespace {

const std::string settingKey = "comparison";

} // namespace

ComparisonController::ComparisonController(
    std::shared_ptr<Engine> engine, ProjectStore* store, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_store(store)
{
    connect(&m_job, &Job::runningChanged, this, &ComparisonController::runningChanged);
}

ComparisonController::~ComparisonController() = default;

const ComparisonKind& ComparisonController::kind() const
{
    if (const auto pictures = m_engine->pictures())
        return pictureComparison(pictures->model()->picture->task);
    const Model& model = *m_engine->model();
    return model.picture ? pictureComparison(model.picture->task) : textComparison();
}

Result<std::vector<ComparisonRow>> ComparisonController::rowsOf(const ComparisonRequest& request) const
{
    const Model& model = *m_engine->model();
    std::vector<ComparisonRow> rows =
        TRY(comparisonRows(model, request.formats, request.methods, m_engine->methods()));
    if (rows.empty())
        return fail(ErrorCode::InvalidInput, "none of these methods can write any of these formats");
    auto underBudgets = TRY(budgetRows(model, request.budgets, rows, m_engine->methods()));
    std::ranges::move(underBudgets, std::back_inserter(rows));
    rows.insert(rows.begin(), originalRow(model));
    return rows;
}

std::optional<ComparisonRequest> ComparisonController::kept() const
{
    const auto bytes = m_store != nullptr ? m_store->setting(settingKey) : std::nullopt;
    const auto request =
        bytes ? parseRequest({reinterpret_cast<const char*>(bytes->data()), bytes->size()}) : std::nullopt;
    return request && rowsOf(*request) ? request : std::nullopt;
}

void ComparisonController::recall()
{
    const auto request = kept();
    if (!request || isRunning())
        return;
    m_recall.start(
        [this, rows = rowsOf(*request).value(), engine = m_engine,
         store = m_store](const MethodContext&) -> Job::Delivery {
            const auto meter = makeComparisonMeter(*engine, store);
            std::vector<ComparisonRow> found = rows;
            if (!meter || recallComparison(found, **meter, *store) == 0)
                return {}; // what cannot be measured has nothing to be recalled either
            return [this, found] {
                m_rows = found;
                emit rowsChanged();
            };
        });
}

Result<void> ComparisonController::start(const ComparisonRequest& request)
{
    cancel();
    m_recall.cancel();
    std::vector<ComparisonRow> rows = TRY(rowsOf(request));
    if (const auto pictures = m_engine->pictures(); !m_meter || m_pictures != pictures) {
        m_meter = TRY(makeComparisonMeter(*m_engine, m_store));
        m_pictures = pictures;
        m_rows.clear(); // numbers of other pictures
    }
    for (ComparisonRow& row : rows) {
        const auto known = std::ranges::find_if(m_rows, [&row](const ComparisonRow& other) {
            return other.candidate == row.candidate && other.choices == row.choices;
        });
        if (known != m_rows.end() && known->isMeasured())
            row = *known;
    }
    if (m_store != nullptr) {
        const std::string text = requestText(request);
        (void)m_store->setSetting(settingKey, std::as_bytes(std::span(text)));
    }
    m_rows = std::move(rows);
    emit rowsChanged();
    m_job.start(
        [this, rows = m_rows, meter = m_meter,
         generation = ++m_generation](const MethodContext& context) -> Job::Delivery {
            std::vector<ComparisonRow> measured = rows;
            const auto result = runComparison(
                measured, *meter, m_store, context.stop,
                [&](std::size_t index, const ComparisonRow& row) {
                    QMetaObject::invokeMethod(
                        this,
                        [this, generation, index, row] {
                            if (generation != m_generation)
                                return;
                            m_rows[index] = row;
                            emit rowMeasured(int(index));
                        },
                        Qt::QueuedConnection);
                },
                context.progress);
            return [this, result] {
                if (!result && result.error().code != ErrorCode::Cancelled)
                    emit failed(QString::fromStdString(result.error().message));
            };
        });
    return {};
}

void ComparisonController::forget()
{
    cancel();
    m_rows.clear();
    m_meter.reset();
    emit rowsChanged();
    m_recall.cancel();
    recall();
}

void ComparisonController::cancel()
{
    ++m_generation;
    m_job.cancel();
}

} // namespace tritloom
