#include "app/session/speed_controller.h"

#include "core/sensitivity/cost_model.h"

#include <QMetaObject>

#include <algorithm>

namespace tritloom {
namespace {

constexpr std::size_t timedTokens = 64;
constexpr std::chrono::milliseconds longest{8000};
constexpr std::string_view prompt = "The river rose all night, and by morning";

/// Measured once a process: the machine stays the same. The window's thread alone touches it.
ReadSpeed hostReadSpeed;

} // namespace

SpeedController::SpeedController(std::shared_ptr<Engine> engine, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_worker([this](const Request& request, std::stop_token stop) {
        if (request.cancelOnly)
            return;
        const auto run = [&]() -> Result<DecodeSpeed> {
            Generator generator(m_engine->compressor(), TRY(m_engine->makeExecutor()), request.allocation);
            return measureDecode(generator, prompt, timedTokens, longest, stop, [this](double fraction) {
                m_fraction = fraction;
            });
        };
        QMetaObject::invokeMethod(
            this, [this, request, result = run()] { end(request.generation, request.allocation, result); },
            Qt::QueuedConnection);
    })
{
}

void SpeedController::measure(const Allocation& allocation)
{
    m_running = true;
    m_fraction = 0;
    m_worker.post({++m_newest, allocation, false});
    emit changed();
}

void SpeedController::cancel()
{
    if (!std::exchange(m_running, false))
        return;
    m_worker.post({++m_newest, {}, true});
    emit changed();
}

void SpeedController::end(quint64 generation, const Allocation& allocation, const Result<DecodeSpeed>& result)
{
    if (generation != m_newest)
        return;
    m_running = false;
    if (result) {
        std::erase_if(m_known, [&](const auto& known) { return known.first == allocation; });
        m_known.emplace_back(allocation, *result);
    } else if (result.error().code != ErrorCode::Cancelled) {
        emit failed(QString::fromStdString(result.error().message));
    }
    emit changed();
}

std::optional<DecodeSpeed> SpeedController::measuredOf(const Allocation& allocation) const
{
    for (const auto& [known, speed] : m_known)
        if (known == allocation)
            return speed;
    return std::nullopt;
}

std::optional<double> SpeedController::overhead() const
{
    if (m_known.empty() || !m_readSpeed.isKnown() || m_known.back().second.tokensPerSecond <= 0)
        return std::nullopt;
    const auto& [allocation, speed] = m_known.back();
    const auto base = m_engine->base();
    const double bytes =
        decodeLoad(*m_engine->model(), allocation, 0, m_engine->methods(), base.get()).bytes();
    return std::max(0.0, 1 / speed.tokensPerSecond - bytes / m_readSpeed.of(bytes));
}

void SpeedController::needReadSpeed()
{
    if (std::exchange(m_readSpeedAsked, true) || m_engine->options().device.starts_with("vulkan"))
        return;
    if (hostReadSpeed.isKnown()) {
        m_readSpeed = hostReadSpeed;
        return;
    }
    m_probe = std::jthread([this](const std::stop_token& stop) {
        const ReadSpeed speed = ReadSpeed::measure(stop);
        if (!speed.isKnown())
            return;
        QMetaObject::invokeMethod(
            this,
            [this, speed] {
                m_readSpeed = hostReadSpeed = speed;
                emit changed();
            },
            Qt::QueuedConnection);
    });
}

} // namespace tritloom
