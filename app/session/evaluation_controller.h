#pragma once

#include "app/session/engine.h"
#include "core/base/latest_wins.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// Keeps a measurement of the newest allocation on its way.
///
/// Lives on the GUI thread; the session lives on a worker of its own and is never shared. request() returns
/// at once and overtakes what is running. Results arrive on the GUI thread, never out of order.
class EvaluationController final : public QObject {
    Q_OBJECT

public:
    /// store: of the worker's own thread use only; may be null.
    EvaluationController(std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent = nullptr);
    ~EvaluationController() override;

    void request(const Allocation& allocation);
    void cancel(); ///< what is running stops; what was measured stays

    [[nodiscard]] bool isRunning() const { return m_running; }
    [[nodiscard]] const std::optional<Evaluation>& latest() const { return m_latest; } ///< of the newest request
    /// Every complete measurement of this project so far, oldest first; true of their own allocations.
    [[nodiscard]] const std::vector<Evaluation>& measuredPoints() const { return m_points; }
    [[nodiscard]] double fraction() const; ///< of the running request, 0 to 1

signals:
    void started();
    void measured(const tritloom::Evaluation& evaluation); ///< after every chunk of the newest request
    void finished(); ///< complete, failed or cancelled
    void failed(const QString& why);

private:
    struct Request {
        quint64 generation = 0;
        Allocation allocation;
        bool cancelOnly = false;
    };
    void deliver(quint64 generation, const Evaluation& evaluation);
    void end(quint64 generation, const Result<Evaluation>& result);

    quint64 m_newest = 0;
    bool m_running = false;
    std::optional<Evaluation> m_latest;
    std::vector<Evaluation> m_points;
    std::unique_ptr<EvaluationSession> m_session;
    QString m_whyNot;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
