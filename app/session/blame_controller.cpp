#include "app/session/blame_controller.h"

#include "core/base/parallel.h"

#include <QMetaObject>

namespace tritloom {

BlameController::BlameController(std::shared_ptr<Engine> engine, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_worker([this](const Request& request, std::stop_token stop) {
        becomeBackgroundThread(); // what is dragged is waited for, this is not
        if (request.cancelOnly)
            return;
        const auto run = [&]() -> Result<Blame> {
            if (!m_session)
                m_session = TRY(m_engine->makeSession(nullptr));
            return blame(
                m_session->pass(), request.allocation, request.question, stop,
                [&](const Blame& sofar, double fraction) {
                    QMetaObject::invokeMethod(
                        this,
                        [this, generation = request.generation, sofar, fraction] {
                            if (generation == m_newest)
                                emit updated(sofar, fraction);
                        },
                        Qt::QueuedConnection);
                });
        };
        QMetaObject::invokeMethod(
            this, [this, generation = request.generation, result = run()] { settle(generation, result); },
            Qt::QueuedConnection);
    })
{
}

void BlameController::settle(quint64 generation, const Result<Blame>& result)
{
    if (generation != m_newest)
        return;
    m_running = false;
    if (result)
        emit finished(*result);
    else if (result.error().code != ErrorCode::Cancelled)
        emit failed(QString::fromStdString(result.error().message));
    emit runningChanged();
}

void BlameController::request(const BlameQuestion& question, const Allocation& allocation)
{
    m_running = true;
    m_worker.post({++m_newest, question, allocation, false});
    emit runningChanged();
}

void BlameController::cancel()
{
    if (!std::exchange(m_running, false))
        return;
    m_worker.post({++m_newest, {}, {}, true});
    emit runningChanged();
}

} // namespace tritloom
