#include "app/session/frontier_controller.h"

#include <QMetaObject>

namespace tritloom {

FrontierController::FrontierController(std::shared_ptr<const Model> model, QObject* parent)
    : QObject(parent)
    , m_model(std::move(model))
    , m_worker([this](const Request& request, std::stop_token stop) {
        auto solved = frontier(*m_model, request.table, request.current, request.rules, 120, stop);
        if (!solved && solved.error().code == ErrorCode::Cancelled)
            return;
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation,
             points = solved ? std::move(*solved) : std::vector<AllocationResult>()] {
                if (generation != m_newest)
                    return;
                m_points = points;
                emit ready();
            },
            Qt::QueuedConnection);
    })
{
}

void FrontierController::request(
    const SensitivityTable& table, const Allocation& current, const AllocationRules& rules)
{
    m_worker.post({++m_newest, table, current, rules});
}

} // namespace tritloom
