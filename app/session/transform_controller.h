#pragma once

#include "app/session/job.h"
#include "app/session/plugin_choice.h"
#include "app/session/plugin_host.h"

#include <QStringList>

#include <memory>

namespace tritloom {

class Engine;
class ProjectStore;
struct AppliedTransform;

/// A model as a transform rewrote it, ready to be opened.
struct TransformedProject {
    std::shared_ptr<Engine> engine;
    std::shared_ptr<ProjectStore> store; ///< its own; null: nothing is kept, and `problem` says why
    PluginChoice transform;
    QStringList notices; ///< what the transform could not do
    QString problem;
};

/// What led from a file to its model, for projects to do again; transformsOf() reads it back, and gives none
/// for what it does not understand.
[[nodiscard]] std::string transformsText(const std::vector<AppliedTransform>& applied);
[[nodiscard]] std::vector<AppliedTransform> transformsOf(std::string_view text);
/// "rotation, awq:clip=0" for people; "none".
[[nodiscard]] std::string transformNames(const std::vector<AppliedTransform>& applied);

/// Rewrites the open model on a thread of its own. GUI thread only.
class TransformController final : public QObject {
    Q_OBJECT

public:
    TransformController(std::shared_ptr<Engine> engine, const PluginHost& plugins, QObject* parent = nullptr);

    /// candidates: the first is what the transform prepares for. finished() or failed() follows, unless
    /// cancelled.
    void start(const PluginChoice& choice, std::vector<Candidate> candidates);
    void cancel() { m_job.cancel(); }
    [[nodiscard]] const Job& job() const { return m_job; }

    /// Why the open model cannot be rewritten so, as the transform itself says; empty: nothing speaks against
    /// it. Looks at the graph only, and takes milliseconds for a thousand layers.
    [[nodiscard]] std::string whyNot(std::string_view transform) const;

signals:
    void finished(const tritloom::TransformedProject& made);
    void failed(const QString& why);
    void runningChanged();

private:
    std::shared_ptr<Engine> m_engine;
    const PluginHost& m_plugins;
    Job m_job; // last: joined before what it uses goes away
};

} // namespace tritloom
