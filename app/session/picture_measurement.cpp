#include "app/session/picture_measurement.h"

#include <thread>

namespace tritloom {
namespace {

constexpr std::size_t keptBytes = std::size_t{64} << 20;
constexpr std::chrono::milliseconds betweenArrivals{30};
constexpr std::chrono::milliseconds together{
    2}; ///< requests of one moment, a preview's and this one, have met by then

std::size_t bytesOf(const PictureOutcome& outcome)
{
    return sizeof outcome + (outcome.original.size() + outcome.compressed.size()) * sizeof(ClassGuess) + 64;
}

} // namespace

PictureMeasurement::PictureMeasurement(
    std::shared_ptr<PictureEngine> engine, std::unique_ptr<PictureSession> session)
    : m_engine(std::move(engine))
    , m_session(std::move(session))
    , m_meter(m_engine->options().features, m_engine->options().device)
    , m_known(keptBytes)
    , m_qualities(keptBytes)
{
}

Result<std::unique_ptr<PictureMeasurement>> PictureMeasurement::create(std::shared_ptr<PictureEngine> engine)
{
    auto session = TRY(engine->makeSession());
    return std::unique_ptr<PictureMeasurement>(new PictureMeasurement(std::move(engine), std::move(session)));
}

Key PictureMeasurement::keyOfOutcome(std::size_t sample, const Allocation& allocation)
{
    return keyOf(
        "outcome", m_session->pass().keyOf(m_session->samples()[sample].key, allocation),
        std::uint64_t(sample));
}

Result<PictureOutcome>
PictureMeasurement::outcomeOf(std::size_t sample, const Allocation& allocation, std::stop_token stop)
{
    const Key key = keyOfOutcome(sample, allocation);
    if (auto known = m_known.find(key)) {
        known->quality = m_qualities.find(key);
        return std::move(*known);
    }
    const auto keep = NetworkPass::Keep::Everything;
    PictureOutcome outcome{.isKnown = true};
    outcome.scores = TRY(m_session->score(sample, allocation, keep, stop));
    if (m_engine->model()->picture->task == PictureTask::Classification) {
        outcome.original = likelyClasses(TRY(m_session->referenceOutput(sample, stop))[0]);
        outcome.compressed = likelyClasses(TRY(m_session->output(sample, allocation, keep, stop))[0]);
    }
    m_known.put(key, outcome, bytesOf(outcome));
    return outcome;
}

bool PictureMeasurement::waitForPreview(const std::stop_token& stop) const
{
    while (m_engine->awaited() != 0 && !stop.stop_requested())
        std::this_thread::sleep_for(together);
    return !stop.stop_requested();
}

Result<PictureEvaluation>
PictureMeasurement::evaluate(const Allocation& allocation, std::stop_token stop, const OnArrivals& onArrivals)
{
    const auto begin = std::chrono::steady_clock::now();
    auto told = begin - betweenArrivals;
    const std::size_t total = m_session->samples().size();
    std::this_thread::sleep_for(together);
    std::vector<PictureScores> done;
    std::vector<Arrival> arrivals;
    PictureEvaluation evaluation;
    for (std::size_t i = 0; i < total; ++i) {
        if (!waitForPreview(stop))
            return fail(ErrorCode::Cancelled, "cancelled after {} of {} pictures", i, total);
        arrivals.push_back({i, TRY(outcomeOf(i, allocation, stop))});
        done.push_back(arrivals.back().outcome.scores);
        const auto now = std::chrono::steady_clock::now();
        if (i + 1 < total && now - told < betweenArrivals)
            continue;
        told = now;
        evaluation = summarised(done);
        evaluation.allocation = allocation;
        evaluation.samplesTotal = total;
        evaluation.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - begin);
        onArrivals(evaluation, std::exchange(arrivals, {}));
    }
    return evaluation;
}

Result<void> PictureMeasurement::addQualities(
    const Allocation& allocation, std::stop_token stop,
    const std::function<void(const std::vector<Arrival>& arrivals)>& onArrivals)
{
    const PictureModel& model = *m_engine->model()->picture;
    if (!makesPictures(model.task))
        return {};
    auto told = std::chrono::steady_clock::now() - betweenArrivals;
    std::vector<Arrival> arrivals;
    const std::size_t total = m_session->samples().size();
    for (std::size_t i = 0; i < total; ++i) {
        if (!waitForPreview(stop))
            return fail(ErrorCode::Cancelled, "cancelled after {} of {} pictures", i, total);
        PictureOutcome outcome = TRY(outcomeOf(i, allocation, stop));
        if (!outcome.quality) {
            const auto shown = taskRow(model.task).shown;
            outcome.quality = TRY(m_meter.of(
                shown(model, m_session->samples()[i], TRY(m_session->referenceOutput(i, stop))),
                shown(
                    model, m_session->samples()[i],
                    TRY(m_session->output(i, allocation, NetworkPass::Keep::Everything, stop))),
                stop));
            m_qualities.put(keyOfOutcome(i, allocation), *outcome.quality, sizeof(PictureQuality) + 64);
        }
        arrivals.push_back({i, std::move(outcome)});
        const auto now = std::chrono::steady_clock::now();
        if (i + 1 < total && now - told < betweenArrivals)
            continue;
        told = now;
        onArrivals(std::exchange(arrivals, {}));
    }
    return {};
}

} // namespace tritloom
