#include "app/session/comparison_meter.h"

#include <limits>

namespace tritloom {
namespace {

class TextMeter final : public ComparisonMeter {
public:
    explicit TextMeter(std::unique_ptr<EvaluationSession> session)
        : m_session(std::move(session))
    {
    }
    const ComparisonKind& kind() const override { return textComparison(); }
    Result<ComparisonNumbers> measure(const Allocation& allocation, std::stop_token stop) override
    {
        const Evaluation found =
            TRY(m_session->evaluate(allocation, stop, {}, EvaluationSession::Keep::Nothing));
        return ComparisonNumbers{
            {found.kl, found.perplexity, found.topTokenAgreement, found.referencePerplexity}, found.tokens};
    }
    DivergenceMeter& session() override { return *m_session; }

private:
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
        const PictureEvaluation found =
            TRY(m_session->evaluate(allocation, stop, {}, NetworkPass::Keep::Nothing));
        constexpr double nan = std::numeric_limits<double>::quiet_NaN();
        ComparisonNumbers result{{found.divergence}, found.samplesDone};
        const auto put = [&](const std::optional<Measured>& value) {
            result.numbers.push_back(value.value_or(Measured{nan, nan}));
        };
        if (m_engine->model()->picture->task == PictureTask::Classification) {
            for (const auto& value :
                 {found.top1, found.top5, found.agreement, found.loss, found.referenceTop1})
                put(value);
        } else if (m_engine->model()->picture->task == PictureTask::Detection) {
            for (const auto& value : {found.boxAgreement, found.boxes, found.referenceBoxes})
                put(value);
        } else {
            for (const auto& value :
                 {found.psnr, found.ssim, found.fidelity, found.referencePsnr, found.referenceSsim})
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

const ComparisonKind& textComparison()
{
    static const ComparisonKind kind = [] {
        ComparisonKind made{
            {column("kl", QT_TRANSLATE_NOOP("Comparison", "KL"), 1, -1),
             column("perplexity", QT_TRANSLATE_NOOP("Comparison", "Perplexity"), 1, 3),
             column("topTokenAgreement", QT_TRANSLATE_NOOP("Comparison", "Same token %"), 100, 2),
             column("referencePerplexity", QT_TRANSLATE_NOOP("Comparison", "Perplexity"), 1, 3, true)},
            "tokens"};
        made.columns[1].errorKey = "standardError"; // as `evaluate` calls it
        return made;
    }();
    return kind;
}

const ComparisonKind& pictureComparison(PictureTask task)
{
    static const ComparisonKind classes{
        {column("divergence", QT_TRANSLATE_NOOP("Comparison", "KL"), 1, -1),
         column("top1", QT_TRANSLATE_NOOP("Comparison", "Top-1 %"), 100, 2),
         column("top5", QT_TRANSLATE_NOOP("Comparison", "Top-5 %"), 100, 2),
         column("agreement", QT_TRANSLATE_NOOP("Comparison", "Same class %"), 100, 2),
         column("loss", QT_TRANSLATE_NOOP("Comparison", "Loss"), 1, 4),
         column("referenceTop1", QT_TRANSLATE_NOOP("Comparison", "Top-1 %"), 100, 2, true)},
        "samples"};
    static const ComparisonKind pictures{
        {column("divergence", QT_TRANSLATE_NOOP("Comparison", "Relative error"), 1, -1),
         column("psnr", QT_TRANSLATE_NOOP("Comparison", "PSNR dB"), 1, 2),
         column("ssim", QT_TRANSLATE_NOOP("Comparison", "SSIM"), 1, 4),
         column("fidelity", QT_TRANSLATE_NOOP("Comparison", "PSNR to the original dB"), 1, 2),
         column("referencePsnr", QT_TRANSLATE_NOOP("Comparison", "PSNR dB"), 1, 2, true),
         column("referenceSsim", QT_TRANSLATE_NOOP("Comparison", "SSIM"), 1, 4, true)},
        "samples"};
    static const ComparisonKind boxes{
        {column("divergence", QT_TRANSLATE_NOOP("Comparison", "Relative error"), 1, -1),
         column("boxAgreement", QT_TRANSLATE_NOOP("Comparison", "Same boxes %"), 100, 2),
         column("boxes", QT_TRANSLATE_NOOP("Comparison", "Boxes"), 1, 2),
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
    return std::make_unique<TextMeter>(TRY(engine.makeSession(store)));
}

} // namespace tritloom
