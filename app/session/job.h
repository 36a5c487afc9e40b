#pragma once

#include "core/base/latest_wins.h"
#include "core/method/layer_method.h"

#include <QElapsedTimer>
#include <QObject>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace tritloom {

/// One long piece of work at a time on a thread of its own; a newer one stops it. Progress is asked for, what
/// comes out is handed over on the GUI thread. GUI thread only.
class Job final : public QObject {
    Q_OBJECT

public:
    using Delivery = std::function<void()>; ///< called on the GUI thread, unless the work was cancelled
    using Work = std::function<Delivery(const MethodContext&)>; ///< called on the worker

    explicit Job(QObject* parent = nullptr);

    void start(Work work);
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }
    [[nodiscard]] double fraction() const { return *m_fraction; } ///< 0 to 1
    [[nodiscard]] std::chrono::milliseconds timeLeft() const; ///< see timeLeft()

signals:
    void runningChanged();

private:
    struct Request {
        quint64 generation = 0;
        Work work; ///< empty: only stops what runs
        std::shared_ptr<std::atomic<double>> fraction;
    };
    quint64 m_newest = 0;
    bool m_running = false;
    std::shared_ptr<std::atomic<double>> m_fraction = std::make_shared<std::atomic<double>>(0); ///< of the newest
    QElapsedTimer m_time;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
