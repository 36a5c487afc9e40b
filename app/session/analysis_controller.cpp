#include "app/session/analysis_controller.h"

#include "app/session/engine.h"
#include "app/session/graph_only.h"

namespace tritloom {

AnalysisController::AnalysisController(
    std::shared_ptr<Engine> engine, const PluginHost& plugins, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_plugins(plugins)
{
    connect(&m_job, &Job::runningChanged, this, &AnalysisController::runningChanged);
}

void AnalysisController::start(const PluginChoice& choice, std::vector<Candidate> candidates)
{
    const Analysis* const analysis = m_plugins.analysis(choice.id);
    if (analysis == nullptr) {
        emit failed(tr("no analysis is called “%1”").arg(QString::fromStdString(choice.id)));
        return;
    }
    m_asked = choice;
    m_job.start([this, analysis, choice, candidates = std::move(candidates)](const MethodContext& context) {
        const auto run = [&]() -> Result<Report> {
            std::unique_ptr<ModelProbe> probe;
            if (analysis->needsModel())
                probe = TRY(m_engine->makeModelProbe(candidates, context.stop));
            return analysis->run(probe.get(), choice.parameters, context);
        };
        return Job::Delivery([this, choice, result = run()] {
            if (result) {
                m_report = *result;
                m_reported = choice;
                emit finished();
            } else if (result.error().code != ErrorCode::Cancelled) {
                emit failed(QString::fromStdString(result.error().message));
            }
        });
    });
}

std::string AnalysisController::whyNot(std::string_view id) const
{
    const Analysis* const analysis = m_plugins.analysis(id);
    if (analysis == nullptr)
        return "it is not there";
    if (!analysis->needsModel())
        return {};
    if (m_engine->model()->layers.empty())
        return "the model has no layers";
    if (m_engine->model()->picture)
        return {};
    GraphOnly probe(m_engine->compressor(), GraphOnly::Data::Text);
    const auto tried = analysis->run(&probe, {}, {});
    return tried || tried.error().code != ErrorCode::Unsupported ? std::string() : tried.error().message;
}

} // namespace tritloom
