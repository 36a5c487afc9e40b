#include "core/task/noise_sampler.h"
#include "core/task/prompt.h"
#include "core/task/task.h"

#include <cmath>

namespace tritloom {
namespace {

Key keyOfSample(std::size_t t, std::span<const float> x)
{
    return keyOf(
        "step", std::uint64_t(t),
        std::string_view(reinterpret_cast<const char*>(x.data()), x.size() * sizeof(float)));
}

/// Runs the parts of a network or pipeline for one picture and tells of every run.
class Generation {
public:
    Generation(
        NetworkPass& pass, const Allocation& allocation, NetworkPass::Keep keep, std::stop_token stop,
        const OnRun& onRun)
        : m_pass(pass)
        , m_allocation(allocation)
        , m_keep(keep)
        , m_stop(std::move(stop))
        , m_onRun(onRun)
        , m_shape(nominalPicture(*pass.model().picture))
    {
    }

    [[nodiscard]] const Shape& shape() const { return m_shape; }

    Result<Tensor> run(std::size_t step, std::size_t part, std::span<const Tensor> given, const Key& key)
    {
        Tensor made = TRY(m_pass.runPart(part, m_shape, given, key, m_allocation, m_keep, m_stop));
        if (m_onRun)
            m_onRun({step, part, given, made});
        return made;
    }

    /// What the text encoder makes of a prompt, [positions, width].
    Result<Tensor> textStates(const std::string& prompt)
    {
        const Tensor given[] = {TRY(promptTokens(m_pass.model(), prompt))};
        return run(0, pipelineText, given, keyOf("prompt", prompt));
    }

private:
    NetworkPass& m_pass;
    const Allocation& m_allocation;
    NetworkPass::Keep m_keep;
    std::stop_token m_stop;
    const OnRun& m_onRun;
    Shape m_shape;
};

/// The texts that guide a picture: the prompt's states, and with guidance those of what it should not be.
struct Guide {
    std::vector<Tensor> states;
    std::vector<Key> keys;
    double strength = 1; ///< e = e_1 + strength (e_0 - e_1) where there are two
};

Result<Guide> guideOf(Generation& generation, const PictureModel& model, const TaskOptions& options)
{
    Guide guide;
    if (model.promptTokens == 0) {
        if (!options.prompt.empty() || !options.negativePrompt.empty())
            return fail(
                ErrorCode::InvalidInput, "the network takes no text, so a prompt means nothing to it");
        return guide;
    }
    // With a strength of 1 the other text has no weight, with 0 the prompt has none.
    guide.strength = options.guidance;
    std::vector<const std::string*> texts;
    if (options.guidance != 0)
        texts.push_back(&options.prompt);
    if (options.guidance != 1)
        texts.push_back(&options.negativePrompt);
    for (const std::string* const text : texts) {
        guide.states.push_back(TRY(generation.textStates(*text)));
        guide.keys.push_back(keyOfSample(0, guide.states.back().floats()));
    }
    return guide;
}

} // namespace

Result<TaskOutput> generatePicture(
    NetworkPass& pass, std::uint64_t seed, const TaskOptions& options, const Allocation& allocation,
    NetworkPass::Keep keep, std::stop_token stop, const OnRun& onRun)
{
    const PictureModel& model = *pass.model().picture;
    const Graph& graph = *pass.model().graph;
    const bool isPipeline = model.latent.has_value();
    // What 0 and 1 are for the network: the range the predicted picture is kept in.
    const NoiseSampler::Range range{
        -model.normalisation.mean[0] / model.normalisation.deviation[0],
        (model.normalisation.range - model.normalisation.mean[0]) / model.normalisation.deviation[0]};
    NoiseSampler sampler = TRY(NoiseSampler::create(
        model.schedule, options.sampler.value_or(model.schedule.sampler), options.steps,
        options.clip ? std::optional(range) : std::nullopt));
    Generation generation(pass, allocation, keep, stop, onRun);
    const Guide guide = TRY(guideOf(generation, model, options));
    NormalNoise noise(seed);
    std::vector<float> x = noise.draw(TensorType{nullptr, generation.shape()}.elements());
    const std::size_t part = isPipeline ? pipelineNoise : 0;
    const bool takesTime = graph.inputs.size() > 1;
    TaskOutput output(1);
    for (std::size_t i = 0; i < sampler.times().size(); ++i) {
        const std::size_t t = sampler.times()[i];
        std::vector<Tensor> given{Tensor::fromFloats(generation.shape(), x)};
        if (takesTime)
            given.push_back(Tensor::adoptFloats(graph.inputs[1].shape, {float(double(t) * model.timeScale)}));
        const Key key = keyOfSample(t, x);
        std::vector<Tensor> predicted;
        for (std::size_t text = 0; text < std::max<std::size_t>(guide.states.size(), 1); ++text) {
            std::vector<Tensor> inputs = given;
            if (!guide.states.empty())
                inputs.push_back(guide.states[text]);
            predicted.push_back(TRY(generation.run(
                i + 1, part, inputs, guide.states.empty() ? key : keyOf(key, guide.keys[text]))));
        }
        if (predicted[0].type().elements() != x.size())
            return fail(
                ErrorCode::InvalidInput, "{} numbers of noise for {} of a picture",
                predicted[0].type().elements(), x.size());
        if (predicted.size() > 1) {
            const auto with = predicted[0].floats(), without = predicted[1].floats();
            std::vector<float> guided(x.size());
            for (std::size_t p = 0; p < x.size(); ++p)
                guided[p] =
                    float(double(without[p]) + guide.strength * (double(with[p]) - double(without[p])));
            predicted[0] = Tensor::adoptFloats(predicted[0].type().shape, std::move(guided));
        }
        x = sampler.step(i, x, predicted[0].floats(), noise);
        output.push_back(std::move(predicted[0]));
    }
    const Key key = keyOfSample(0, x);
    output[0] = Tensor::adoptFloats(generation.shape(), std::move(x));
    if (isPipeline) {
        const Tensor latents[] = {output[0]};
        output[0] = TRY(generation.run(options.steps + 1, pipelineDecoder, latents, key));
        output.push_back(output[0]);
    }
    for (const float value : output[0].floats())
        if (!std::isfinite(value))
            return fail(
                ErrorCode::InvalidInput,
                "the picture is not finite: the weights hold NaN or infinite numbers ('stats' names the "
                "layer), or the configuration leads to them");
    return output;
}

} // namespace tritloom
