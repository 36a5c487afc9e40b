#pragma once

#include "app/session/job.h"
#include "app/session/plugin_choice.h"
#include "app/session/plugin_host.h"

#include <optional>

namespace tritloom {

class Engine;

/// What a sensitivity metric says of the open model, in the place of the measured sweep. GUI thread only.
class MetricController final : public QObject {
    Q_OBJECT

public:
    MetricController(std::shared_ptr<Engine> engine, const PluginHost& plugins, QObject* parent = nullptr);

    /// Scores these candidates. finished() or failed() follows, unless cancelled.
    void start(const PluginChoice& choice, std::vector<Candidate> candidates);
    void cancel() { m_job.cancel(); }
    void forget(); ///< scores of other candidates or pictures say nothing
    [[nodiscard]] const Job& job() const { return m_job; }
    /// Null: this metric with these parameters has not been asked about these candidates.
    [[nodiscard]] const MetricScores*
    scores(const PluginChoice& choice, const std::vector<Candidate>& candidates) const;

signals:
    void finished();
    void failed(const QString& why);
    void runningChanged();
    void forgotten();

private:
    struct Scored {
        PluginChoice choice;
        std::vector<Candidate> candidates;
        MetricScores scores;
    };
    std::shared_ptr<Engine> m_engine;
    const PluginHost& m_plugins;
    std::optional<Scored> m_scored;
    Job m_job; // last: joined before what it uses goes away
};

} // namespace tritloom
