#include "plugins/scale_distillation/scale_distillation.h"

#include "core/method/adam.h"
#include "core/method/one_choice.h"
#include "plugins/scale_distillation/signed_layers.h"
#include "plugins/torch/held_out.h"
#include "plugins/torch/tuning_data.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace tritloom {
namespace {

struct Options {
    int steps = 0;
    double rate = 0, heldOut = 0;
    std::size_t batch = 0;
};

class Distillation {
public:
    Distillation(TuningData data, SignedLayers layers, const Options& options, const MethodContext& context)
        : m_data(std::move(data))
        , m_layers(std::move(layers))
        , m_options(options)
        , m_context(context)
        , m_best(m_layers.scales())
        , m_split(splitEvenly(m_data.parts(), options.heldOut))
    {
    }

    Result<void> run()
    {
        const std::vector<float> start = m_layers.scales();
        std::vector<float>& scales = m_layers.scales();
        std::vector<float> shares(start.size(), 1); // of what each scale was: steps are alike in all sizes
        Adam adam(shares.size());
        std::vector<std::size_t> order = m_split.learned;
        std::mt19937_64 random(m_context.seed);
        m_before = m_after = TRY(errorNow());
        if (!std::isfinite(m_before))
            return fail(ErrorCode::InvalidInput, "the logits of the compressed model are not finite");
        std::size_t place = order.size();
        double last = m_before;
        int risen = 0;
        const int judged = std::max(1, m_options.steps / 10); // steps between two looks at what is held out
        for (int step = 1; step <= m_options.steps; ++step) {
            m_context.progress(double(step - 1) / double(m_options.steps));
            if (place >= order.size()) {
                std::shuffle(order.begin(), order.end(), random);
                place = 0;
            }
            const auto batch = std::span<const std::size_t>(order).subspan(
                place, std::min(m_options.batch, order.size() - place));
            place += batch.size();
            const auto descent =
                TRY(m_data.descend(batch, m_layers.sums(scales), m_layers.tensors(), m_context.stop));
            const std::vector<double> slopes = m_layers.slopes(descent.slopes);
            const double falling =
                0.5 * (1 + std::cos(std::numbers::pi * double(step - 1) / double(m_options.steps)));
            adam.nextStep();
            for (std::size_t i = 0; i < shares.size(); ++i) {
                adam.change(
                    shares[i], i, float(slopes[i] * double(start[i])), float(m_options.rate * falling));
                shares[i] = std::clamp(shares[i], 0.5f, 1.5f);
                scales[i] = shares[i] * start[i];
            }
            if (step % judged != 0 && step != m_options.steps)
                continue;
            const double now = TRY(errorNow());
            if (now < m_after) {
                m_after = now;
                m_best = scales;
            }
            risen = now > last ? risen + 1 : 0;
            last = now;
            if (risen == 2)
                break;
        }
        m_context.progress(1);
        return {};
    }

    [[nodiscard]] TransformedModel made() const
    {
        TransformedModel result;
        result.notices.push_back(fmt::format(
            "{} scales of {} layers were distilled: mean squared error of the logits {:.4g}, before "
            "{:.4g}, on {} parts of the calibration data{}",
            m_layers.scaleCount(), m_layers.tensors().size(), m_after, m_before, judges().size(),
            m_split.heldOut.empty() ? "" : " held out"));
        result.layers = m_layers.replacements(m_best);
        return result;
    }

private:
    [[nodiscard]] const std::vector<std::size_t>& judges() const
    {
        return m_split.heldOut.empty() ? m_split.learned : m_split.heldOut;
    }

    /// On the judges, with the scales of now as they would be written.
    Result<double> errorNow() const
    {
        const TensorMap sums = m_layers.sums(m_layers.stored(m_layers.scales()));
        return TRY(m_data.descend(judges(), sums, {}, m_context.stop)).divergence;
    }

    TuningData m_data;
    SignedLayers m_layers;
    Options m_options;
    const MethodContext& m_context;
    std::vector<float> m_best;
    HeldOutSplit m_split;
    double m_before = 0, m_after = 0; ///< mean squared error of the logits
};

} // namespace

std::vector<ParameterSpec> ScaleDistillation::parameters() const
{
    return {
        {.key = "steps",
         .title = "Steps",
         .unit = "",
         .standard = 200,
         .lowest = 1,
         .highest = 10000,
         .whole = true},
        {.key = "rate",
         .title = "Rate",
         .unit = "of a scale",
         .standard = 0.02,
         .lowest = 1e-6,
         .highest = 1,
         .whole = false},
        {.key = "batch",
         .title = "Parts in a step",
         .unit = "",
         .standard = 4,
         .lowest = 1,
         .highest = 1024,
         .whole = true},
        heldOutParameter()};
}

Result<TransformedModel>
ScaleDistillation::apply(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const Options options{
        .steps = int(TRY(parameterValue(specs, given, "steps"))),
        .rate = TRY(parameterValue(specs, given, "rate")),
        .heldOut = TRY(parameterValue(specs, given, "held_out")),
        .batch = std::size_t(TRY(parameterValue(specs, given, "batch")))};
    if (probe.candidates().empty())
        return fail(
            ErrorCode::InvalidInput,
            "scales are distilled of layers by 'bitdelta': name that method, or a recipe that has it");
    TRY_VOID(mustBeChosen(probe.candidates().size(), "scales are distilled"));
    SignedLayers layers;
    for (std::size_t i = 0; i < probe.layers().size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
        TRY(layers.add(probe.layers()[i].tensor, TRY(probe.layerAs(i, 0))));
    }
    if (layers.tensors().empty())
        return fail(
            ErrorCode::Unsupported, "no layer is a base with signs and scales by {}: 'bitdelta' makes such",
            probe.candidates().front().method);
    TuningData data = TRY(TuningData::gather(probe, context, TuningData::Distance::Squares));
    Distillation distillation(std::move(data), std::move(layers), options, context);
    TRY_VOID(distillation.run());
    return distillation.made();
}

} // namespace tritloom
