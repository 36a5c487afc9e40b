#include "app/session/metric_controller.h"

#include "app/session/engine.h"

namespace tritloom {

MetricController::MetricController(std::shared_ptr<Engine> engine, const PluginHost& plugins, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_plugins(plugins)
{
    connect(&m_job, &Job::runningChanged, this, &MetricController::runningChanged);
}

void MetricController::start(const PluginChoice& choice, std::vector<Candidate> candidates)
{
    const SensitivityMetric* const metric = m_plugins.metric(choice.id);
    if (metric == nullptr) {
        emit failed(tr("no metric is called “%1”").arg(QString::fromStdString(choice.id)));
        return;
    }
    m_job.start([this, metric, choice, candidates = std::move(candidates)](const MethodContext& context) {
        const auto run = [&]() -> Result<MetricScores> {
            const auto probe = TRY(m_engine->makeModelProbe(candidates, context.stop));
            return metric->score(*probe, choice.parameters, context);
        };
        return Job::Delivery([this, choice, candidates, result = run()] {
            if (result) {
                m_scored = Scored{choice, candidates, *result};
                emit finished();
            } else if (result.error().code != ErrorCode::Cancelled) {
                emit failed(QString::fromStdString(result.error().message));
            }
        });
    });
}

void MetricController::forget()
{
    m_job.cancel();
    m_scored.reset();
    emit forgotten();
}

const MetricScores*
MetricController::scores(const PluginChoice& choice, const std::vector<Candidate>& candidates) const
{
    return m_scored && m_scored->choice == choice && m_scored->candidates == candidates ? &m_scored->scores
                                                                                        : nullptr;
}

} // namespace tritloom
