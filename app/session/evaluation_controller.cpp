#include "app/session/evaluation_controller.h"

#include <QMetaObject>

#include <algorithm>

namespace tritloom {
namespace {

/// What pages that know nothing of pictures need.
Evaluation summaryOf(const PictureEvaluation& pictures)
{
    Evaluation evaluation{.allocation = pictures.allocation};
    evaluation.chunksDone = pictures.samplesDone;
    evaluation.chunksTotal = pictures.samplesTotal;
    evaluation.kl = pictures.divergence;
    evaluation.topTokenAgreement = pictures.agreement.value_or(Measured{});
    evaluation.elapsed = pictures.elapsed;
    return evaluation;
}

} // namespace

EvaluationController::EvaluationController(
    std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_store(store)
    , m_worker([this](const Request& request, std::stop_token stop) {
        if (request.cancelOnly)
            return;
        if (request.pictures)
            measurePictures(request, std::move(stop));
        else
            measureText(request, std::move(stop));
    })
{
}

EvaluationController::~EvaluationController() = default;

void EvaluationController::measureText(const Request& request, std::stop_token stop)
{
    const auto measure = [&]() -> Result<Evaluation> {
        if (!m_session)
            m_session = TRY(m_engine->makeSession(m_store));
        return m_session->evaluate(request.allocation, stop, [&](const Evaluation& evaluation) {
            QMetaObject::invokeMethod(
                this, [this, generation = request.generation, evaluation] { deliver(generation, evaluation); },
                Qt::QueuedConnection);
        });
    };
    QMetaObject::invokeMethod(
        this, [this, generation = request.generation, result = measure()] { end(generation, result); },
        Qt::QueuedConnection);
}

void EvaluationController::measurePictures(const Request& request, std::stop_token stop)
{
    const auto onGuiThread = [&](auto action) {
        QMetaObject::invokeMethod(this, std::move(action), Qt::QueuedConnection);
    };
    const auto measure = [&]() -> Result<PictureEvaluation> {
        if (!m_measurement || m_measurement->engine() != request.pictures)
            m_measurement = TRY(PictureMeasurement::create(request.pictures));
        return m_measurement->evaluate(
            request.allocation, stop,
            [&](const PictureEvaluation& soFar, const std::vector<PictureMeasurement::Arrival>& arrivals) {
                onGuiThread([this, generation = request.generation, soFar, arrivals] {
                    if (generation != m_newest)
                        return;
                    takePoint(soFar);
                    takeOutcomes(arrivals);
                    deliver(generation, summaryOf(soFar));
                });
            });
    };
    const auto evaluation = measure();
    onGuiThread([this, generation = request.generation, pictures = request.pictures, evaluation] {
        if (pictures != m_engine->pictures())
            return; // of pictures that are not there any more
        if (evaluation)
            takePoint(*evaluation);
        end(generation, evaluation.map(summaryOf));
    });
    if (!evaluation)
        return;
    // A network whose pictures cannot be compared has said so by now.
    (void)m_measurement->addQualities(
        request.allocation, stop, [&](const std::vector<PictureMeasurement::Arrival>& arrivals) {
            onGuiThread([this, generation = request.generation, arrivals] {
                if (generation == m_newest)
                    takeOutcomes(arrivals);
            });
        });
}

void EvaluationController::request(const Allocation& allocation)
{
    if (const std::string why = m_engine->whyNotEvaluated(); !why.empty()) {
        emit failed(QString::fromStdString(why));
        return;
    }
    m_running = true;
    m_latest.reset();
    const auto pictures = m_engine->pictures();
    m_outcomes.assign(pictures ? pictures->pictures().samples.size() : 0, {});
    m_worker.post({++m_newest, allocation, false, pictures});
    emit started();
}

void EvaluationController::cancel()
{
    if (!m_running)
        return;
    m_running = false;
    m_worker.post({++m_newest, {}, true, {}});
    emit finished();
}

void EvaluationController::forget()
{
    cancel();
    m_worker.post({++m_newest, {}, true, {}}); // qualities come after the end
    m_latest.reset();
    m_points.clear();
    m_picturePoints.clear();
    m_outcomes.clear();
}

double EvaluationController::fraction() const
{
    return m_latest && m_latest->chunksTotal > 0 ? double(m_latest->chunksDone) / double(m_latest->chunksTotal) : 0;
}

const PictureEvaluation* EvaluationController::pictureEvaluation(const Allocation& allocation) const
{
    const auto known = std::ranges::find(m_picturePoints, allocation, &PictureEvaluation::allocation);
    return known == m_picturePoints.end() ? nullptr : &*known;
}

void EvaluationController::takePoint(const PictureEvaluation& evaluation)
{
    const auto known =
        std::ranges::find(m_picturePoints, evaluation.allocation, &PictureEvaluation::allocation);
    if (known == m_picturePoints.end())
        m_picturePoints.push_back(evaluation);
    else if (evaluation.samplesDone >= known->samplesDone)
        *known = evaluation;
}

void EvaluationController::takeOutcomes(const std::vector<PictureMeasurement::Arrival>& arrivals)
{
    for (const auto& [sample, outcome] : arrivals)
        m_outcomes[sample] = outcome;
    emit outcomesArrived();
}

void EvaluationController::deliver(quint64 generation, const Evaluation& evaluation)
{
    if (generation != m_newest)
        return; // overtaken while it was on its way
    m_latest = evaluation;
    emit measured(evaluation);
}

void EvaluationController::end(quint64 generation, const Result<Evaluation>& result)
{
    if (result) { // true of its own allocation even when overtaken
        const auto same = [&](const Evaluation& known) { return known.allocation == result->allocation; };
        std::erase_if(m_points, same);
        m_points.push_back(*result);
    }
    if (generation != m_newest)
        return;
    m_running = false;
    if (!result && result.error().code != ErrorCode::Cancelled)
        emit failed(QString::fromStdString(result.error().message));
    emit finished();
}

} // namespace tritloom
