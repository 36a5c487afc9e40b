#include "app/session/job.h"

#include "app/session/time_left.h"
#include "core/base/parallel.h"

#include <QMetaObject>

namespace tritloom {

Job::Job(QObject* parent)
    : QObject(parent)
    , m_worker([this](const Request& request, std::stop_token stop) {
        becomeBackgroundThread(); // what is dragged is waited for, this is not
        if (!request.work)
            return;
        const MethodContext context{
            .stop = std::move(stop), .progress = [&request](double fraction) { *request.fraction = fraction; }};
        Delivery delivery = request.work(context);
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, delivery = std::move(delivery)] {
                if (generation != m_newest)
                    return;
                m_running = false;
                if (delivery)
                    delivery();
                emit runningChanged();
            },
            Qt::QueuedConnection);
    })
{
}

void Job::start(Work work)
{
    m_running = true;
    m_fraction = std::make_shared<std::atomic<double>>(0); // one that is stopped may still tell of its progress
    m_time.start();
    m_worker.post({++m_newest, std::move(work), m_fraction});
    emit runningChanged();
}

void Job::cancel()
{
    if (!std::exchange(m_running, false))
        return;
    m_worker.post({++m_newest, {}, {}});
    emit runningChanged();
}

std::chrono::milliseconds Job::timeLeft() const
{
    return m_running ? tritloom::timeLeft(std::chrono::milliseconds(m_time.elapsed()), *m_fraction)
                     : std::chrono::milliseconds(0);
}

} // namespace tritloom
