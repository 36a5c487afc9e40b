#pragma once

#include "app/session/engine.h"
#include "core/base/latest_wins.h"
#include "core/evaluate/blame.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// Looks for the layers that carry a loss, for the newest question. GUI thread only; measures on a thread of
/// its own.
class BlameController final : public QObject {
    Q_OBJECT

public:
    explicit BlameController(std::shared_ptr<Engine> engine, QObject* parent = nullptr);

    void request(const BlameQuestion& question, const Allocation& allocation);
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }

signals:
    void updated(const tritloom::Blame& sofar, double fraction); ///< after every split
    void finished(const tritloom::Blame& found);
    void failed(const QString& why);
    void runningChanged();

private:
    struct Request {
        quint64 generation = 0;
        BlameQuestion question;
        Allocation allocation;
        bool cancelOnly = false;
    };
    void settle(quint64 generation, const Result<Blame>& result);

    std::shared_ptr<Engine> m_engine;
    quint64 m_newest = 0;
    bool m_running = false;
    std::unique_ptr<EvaluationSession> m_session; ///< the worker's
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
