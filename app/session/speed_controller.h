#pragma once

#include "app/session/engine.h"
#include "core/base/latest_wins.h"
#include "core/evaluate/decode_speed.h"
#include "core/sensitivity/read_speed.h"

#include <QObject>

#include <atomic>
#include <memory>
#include <thread>

namespace tritloom {

/// Decode speed: measured on request, and the speed of reading that estimates rest on. GUI thread only; works
/// on threads of its own.
class SpeedController final : public QObject {
    Q_OBJECT

public:
    explicit SpeedController(std::shared_ptr<Engine> engine, QObject* parent = nullptr);

    void measure(const Allocation& allocation); ///< newest request wins
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }
    [[nodiscard]] double fraction() const { return m_fraction; }
    /// Of this allocation, when it was measured in this session.
    [[nodiscard]] std::optional<DecodeSpeed> measuredOf(const Allocation& allocation) const;
    /// Seconds of a token that reading its weights does not account for, by the newest measurement: products
    /// too small to keep memory busy, and what stands between them. Takes the place of a guess for other
    /// allocations of the same model. Absent: nothing measured, or the read speed is not known.
    [[nodiscard]] std::optional<double> overhead() const;

    /// Measures how fast this machine reads once; changed() follows.
    void needReadSpeed();
    /// Of host memory and its caches. Unknown until measured, and for devices with a memory of their own.
    [[nodiscard]] const ReadSpeed& readSpeed() const { return m_readSpeed; }

signals:
    void changed(); ///< running, a result, the read speed
    void failed(const QString& why);

private:
    struct Request {
        quint64 generation = 0;
        Allocation allocation;
        bool cancelOnly = false;
    };
    void end(quint64 generation, const Allocation& allocation, const Result<DecodeSpeed>& result);

    std::shared_ptr<Engine> m_engine;
    quint64 m_newest = 0;
    bool m_running = false, m_readSpeedAsked = false;
    std::atomic<double> m_fraction = 0;
    ReadSpeed m_readSpeed;
    std::vector<std::pair<Allocation, DecodeSpeed>> m_known;
    std::jthread m_probe;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
