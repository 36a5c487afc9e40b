#include "app/session/export_controller.h"

#include "app/session/time_left.h"

#include <QMetaObject>

namespace tritloom {

ExportController::ExportController(std::shared_ptr<Engine> engine, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
{
}

ExportController::~ExportController() = default;

void ExportController::start(
    const Allocation& allocation, const std::filesystem::path& path, std::string_view target)
{
    if (m_running)
        return;
    m_running = true;
    m_fraction = 0;
    m_time.start();
    emit runningChanged();
    m_worker = std::jthread([this, allocation, path, target = std::string(target)](std::stop_token stop) {
        const auto result = exportAllocation(
            *m_engine, allocation, path, stop, [this](double fraction) { m_fraction = fraction; }, target);
        QMetaObject::invokeMethod(
            this,
            [this, result] {
                m_running = false;
                emit runningChanged();
                if (result)
                    emit finished(*result);
                else if (result.error().code == ErrorCode::Cancelled)
                    emit cancelled();
                else
                    emit failed(QString::fromStdString(result.error().message));
            },
            Qt::QueuedConnection);
    });
}

std::chrono::milliseconds ExportController::timeLeft() const
{
    return m_running ? tritloom::timeLeft(std::chrono::milliseconds(m_time.elapsed()), m_fraction)
                     : std::chrono::milliseconds(0);
}

void ExportController::cancel()
{
    m_worker.request_stop();
}

} // namespace tritloom
