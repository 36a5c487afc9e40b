#pragma once

#include "app/session/job.h"
#include "app/session/plugin_choice.h"
#include "app/session/plugin_host.h"

#include <optional>

namespace tritloom {

class Engine;

/// Runs one analysis at a time on the open model. GUI thread only.
class AnalysisController final : public QObject {
    Q_OBJECT

public:
    AnalysisController(std::shared_ptr<Engine> engine, const PluginHost& plugins, QObject* parent = nullptr);

    /// candidates: what the analysis may make of layers. finished() or failed() follows, unless cancelled.
    void start(const PluginChoice& choice, std::vector<Candidate> candidates);
    void cancel() { m_job.cancel(); }
    /// Why the open model, one of text, cannot be looked at so, as the analysis itself says; empty: nothing
    /// speaks against it. Looks at the graph only. Networks on pictures are asked when they run: it depends
    /// on the pictures.
    [[nodiscard]] std::string whyNot(std::string_view analysis) const;
    [[nodiscard]] const Job& job() const { return m_job; }
    [[nodiscard]] const PluginChoice& asked() const { return m_asked; } ///< for last
    [[nodiscard]] const std::optional<Report>& report() const { return m_report; } ///< the last that came
    [[nodiscard]] const PluginChoice& reported() const { return m_reported; } ///< what report() is of

signals:
    void finished();
    void failed(const QString& why);
    void runningChanged();

private:
    std::shared_ptr<Engine> m_engine;
    const PluginHost& m_plugins;
    PluginChoice m_asked, m_reported;
    std::optional<Report> m_report;
    Job m_job; // last: joined before what it uses goes away
};

} // namespace tritloom
