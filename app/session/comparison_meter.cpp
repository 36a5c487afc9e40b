#include "app/session/comparison_meter.h"

#include "core/evaluate/decode_speed.h"

#include <limits>

namespace tritloom {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

class TextMeter final : public ComparisonMeter {
public:
    TextMeter(const Engine& engine, std::unique_ptr<EvaluationSession> session)
        : m_engine(engine)
        , m_session(std::move(session))
    {
    }
    const ComparisonKind& kind() const override { return textComparison(); }
    Result<ComparisonNumbers> measure(const Allocation& allocation, std::stop_token stop) override
    {
        const Clock::time_point begin = Clock::now();
        const Evaluation found =
            TRY(m_session->evaluate(allocation, stop, {}, EvaluationSession::Keep::Nothing));
        const double seconds = secondsSince(begin);
        const double speed = TRY(tokensPerSecond(allocation, stop));
        return ComparisonNumbers{
            {found.kl, found.perplexity, found.topTokenAgreement, {speed, nan}, found.referencePerplexity},
            found.tokens,
            seconds};
    }
    DivergenceMeter& session() override { return *m_session; }

private:
    /// NaN where the model makes no text. Errors: Cancelled, of making an executor.
    Result<double> tokensPerSecond(const Allocation& allocation, const std::stop_token& stop) const
    {
        constexpr std::size_t timed = 24;
        constexpr std::chrono::milliseconds longest{2000};
        Generator generator(m_engine.compressor(), TRY(m_engine.makeExecutor()), allocation);
        const auto speed = measureDecode(generator, "The", timed, longest, stop);
        if (!speed && speed.error().code == ErrorCode::Cancelled)
            return tl::make_unexpected(speed.error());
        return speed ? speed->tokensPerSecond : nan;
    }

    const Engine& m_engine;
    std::unique_ptr<EvaluationSession> m_session;
};

class PictureMeter final : public ComparisonMeter {
public:
    PictureMeter(std::shared_ptr<PictureEngine> engine, std::unique_ptr<PictureSession> session)
        : m_engine(std::move(engine))
        , m_session(std::move(session))
    {
    }
    const ComparisonKind& kind() const override
    {
        return pictureComparison(m_engine->model()->picture->task);
    }
    Result<ComparisonNumbers> measure(const Allocation& allocation, std::stop_token stop) override
    {
        const Clock::time_point begin = Clock::now();
        const PictureEvaluation found =
            TRY(m_session->evaluate(allocation, stop, {}, NetworkPass::Keep::Nothing));
        ComparisonNumbers result{{found.divergence}, found.samplesDone, secondsSince(begin)};
        const Measured speed{double(found.samplesDone) / result.seconds, nan};
        const auto put = [&](const std::optional<Measured>& value) {
            result.numbers.push_back(value.value_or(Measured{nan, nan}));
        };
        if (m_engine->model()->picture->task == PictureTask::Classification) {
            for (const auto& value :
                 {found.top1, found.top5, found.agreement, found.loss, std::optional(speed),
                  found.referenceTop1})
                put(value);
        } else if (m_engine->model()->picture->task == PictureTask::Detection) {
            for (const auto& value :
                 {found.boxAgreement, found.boxes, std::optional(speed), found.referenceBoxes})
                put(value);
        } else {
            for (const auto& value :
                 {found.psnr, found.ssim, found.fidelity, std::optional(speed), found.referencePsnr,
                  found.referenceSsim})
                put(value);
        }
        return result;
    }
    DivergenceMeter& session() override { return *m_session; }

private:
    std::shared_ptr<PictureEngine> m_engine;
    std::unique_ptr<PictureSession> m_session;
};

ComparisonColumn
column(const char* key, const char* title, double factor, int decimals, bool isReference = false)
{
    return {key, std::string(key) + "StandardError", title, factor, decimals, isReference};
}

} // namespace

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

const ComparisonKind& textComparison()
{
    static const ComparisonKind kind = [] {
        ComparisonKind made{
            {column("kl", QT_TRANSLATE_NOOP("Comparison", "KL"), 1, -1),
             column("perplexity", QT_TRANSLATE_NOOP("Comparison", "Perplexity"), 1, 3),
             column("topTokenAgreement", QT_TRANSLATE_NOOP("Comparison", "Same token %"), 100, 2),
             column("tokensPerSecond", QT_TRANSLATE_NOOP("Comparison", "Tokens/s"), 1, 1),
             column("referencePerplexity", QT_TRANSLATE_NOOP("Comparison", "Perplexity"), 1, 3, true)},
            "tokens"};
        made.columns[1].errorKey = "standardError"; // as `evaluate` calls it
        return made;
    }();
    return kind;
}

const ComparisonKind& pictureComparison(PictureTask task)
{
    static const ComparisonColumn speed =
        column("picturesPerSecond", QT_TRANSLATE_NOOP("Comparison", "Pictures/s"), 1, 1);
    static const ComparisonKind classes{
        {column("divergence", QT_TRANSLATE_NOOP("Comparison", "KL"), 1, -1),
         column("top1", QT_TRANSLATE_NOOP("Comparison", "Top-1 %"), 100, 2),
         column("top5", QT_TRANSLATE_NOOP("Comparison", "Top-5 %"), 100, 2),
         column("agreement", QT_TRANSLATE_NOOP("Comparison", "Same class %"), 100, 2),
         column("loss", QT_TRANSLATE_NOOP("Comparison", "Loss"), 1, 4),
         speed,
         column("referenceTop1", QT_TRANSLATE_NOOP("Comparison", "Top-1 %"), 100, 2, true)},
        "samples"};
    static const ComparisonKind pictures{
        {column("divergence", QT_TRANSLATE_NOOP("Comparison", "Relative error"), 1, -1),
         column("psnr", QT_TRANSLATE_NOOP("Comparison", "PSNR dB"), 1, 2),
         column("ssim", QT_TRANSLATE_NOOP("Comparison", "SSIM"), 1, 4),
         column("fidelity", QT_TRANSLATE_NOOP("Comparison", "PSNR to the original dB"), 1, 2),
         speed,
         column("referencePsnr", QT_TRANSLATE_NOOP("Comparison", "PSNR dB"), 1, 2, true),
         column("referenceSsim", QT_TRANSLATE_NOOP("Comparison", "SSIM"), 1, 4, true)},
        "samples"};
    static const ComparisonKind boxes{
        {column("divergence", QT_TRANSLATE_NOOP("Comparison", "Relative error"), 1, -1),
         column("boxAgreement", QT_TRANSLATE_NOOP("Comparison", "Same boxes %"), 100, 2),
         column("boxes", QT_TRANSLATE_NOOP("Comparison", "Boxes"), 1, 2),
         speed,
         column("referenceBoxes", QT_TRANSLATE_NOOP("Comparison", "Boxes"), 1, 2, true)},
        "samples"};
    return task == PictureTask::Classification ? classes : task == PictureTask::Detection ? boxes : pictures;
}

Result<std::unique_ptr<ComparisonMeter>> makeComparisonMeter(const std::shared_ptr<PictureEngine>& pictures)
{
    return std::make_unique<PictureMeter>(pictures, TRY(pictures->makeSession()));
}

Result<std::unique_ptr<ComparisonMeter>> makeComparisonMeter(const Engine& engine, ResultStore* store)
{
    if (const auto pictures = engine.pictures())
        return makeComparisonMeter(pictures);
    if (engine.model()->picture)
        return fail(ErrorCode::Unsupported, "there are no pictures to measure on: choose some first");
    return std::make_unique<TextMeter>(engine, TRY(engine.makeSession(store)));
}

} // namespace tritloom
