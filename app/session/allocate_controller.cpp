#include "app/session/allocate_controller.h"

#include <QMetaObject>

namespace tritloom {

AllocateController::AllocateController(
    std::shared_ptr<const Model> model, AllocatorLookup allocators, QObject* parent)
    : QObject(parent)
    , m_model(std::move(model))
    , m_allocators(std::move(allocators))
    , m_worker([this](const Request& request, std::stop_token stop) {
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation,
             result = allocateBy(
                 *m_model, request.table, request.scores ? &*request.scores : nullptr, request.current,
                 request.rules, request.choice, m_allocators, {.stop = stop})] {
                if (generation != m_newest)
                    return;
                if (result)
                    emit solved(*result);
                else if (result.error().code != ErrorCode::Cancelled)
                    emit failed(QString::fromStdString(result.error().message));
            },
            Qt::QueuedConnection);
    })
{
}

void AllocateController::request(
    const SensitivityTable& table, const Allocation& current, const AllocationRules& rules,
    const AllocatorChoice& choice, std::optional<MetricScores> scores)
{
    m_worker.post({++m_newest, table, current, rules, choice, std::move(scores)});
}

} // namespace tritloom
