#include "app/session/allocate_controller.h"

#include <QMetaObject>

namespace tritloom {

AllocateController::AllocateController(std::shared_ptr<const Model> model, QObject* parent)
    : QObject(parent)
    , m_model(std::move(model))
    , m_worker([this](const Request& request, std::stop_token stop) {
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation,
             result = allocate(*m_model, request.table, request.current, request.rules, stop)] {
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
    const SensitivityTable& table, const Allocation& current, const AllocationRules& rules)
{
    m_worker.post({++m_newest, table, current, rules});
}

} // namespace tritloom
