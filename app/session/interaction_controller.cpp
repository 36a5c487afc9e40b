#include "app/session/interaction_controller.h"

#include "core/base/parallel.h"

#include <QMetaObject>

namespace tritloom {

InteractionController::InteractionController(
    std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_store(store)
    , m_worker([this](const Request& request, std::stop_token stop) {
        becomeBackgroundThread(); // what is dragged is waited for, this is not
        if (request.cancelOnly)
            return;
        const auto run = [&]() -> Result<Contradiction> {
            if (!m_meter || m_meterPictures != request.pictures) {
                m_meter = TRY(m_engine->makeMeter(m_store));
                m_meterPictures = request.pictures;
            }
            return findInteractions(
                *m_meter, request.table, request.allocation, request.measured, request.chunkLimit, stop);
        };
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, result = run()] {
                if (generation != m_newest)
                    return;
                m_running = false;
                // What could not be measured leaves the prediction as it is; the measurement stands.
                if (result)
                    emit found(*result);
                emit runningChanged();
            },
            Qt::QueuedConnection);
    })
{
}

void InteractionController::check(
    const SensitivityTable& table, const Allocation& allocation, const Measured& measured,
    std::size_t chunkLimit)
{
    m_running = true;
    m_worker.post({++m_newest, table, allocation, measured, chunkLimit, false, m_engine->pictures()});
    emit runningChanged();
}

void InteractionController::cancel()
{
    if (!std::exchange(m_running, false))
        return;
    m_worker.post({++m_newest, {}, {}, {}, 0, true, {}});
    emit runningChanged();
}

} // namespace tritloom
