#include "plugins/bias_tuning/bias_tuning.h"

#include "plugins/torch/held_out.h"
#include "plugins/torch/tuning_data.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace tritloom {
namespace {

/// Numbers along one dimension, as a bias is; a table of places has two, a scalar none.
bool isVector(const Shape& shape)
{
    return std::ranges::count_if(shape, [](std::size_t size) { return size != 1; }) == 1;
}

/// What layers and norms add to each of their outputs, and what sums add that might be a vector.
std::set<TensorId> biasesOf(const ModelProbe& probe)
{
    std::set<TensorId> biases;
    if (probe.graph() == nullptr)
        return biases;
    for (const Node& node : probe.graph()->nodes) {
        if (!node.literals.empty())
            continue;
        const auto& weights = node.weights;
        const bool isSum = node.op.kind == OpKind::Add
            || (node.op.kind == OpKind::Binary
                && BinaryFunction(node.op.count("function")) == BinaryFunction::Add);
        switch (node.op.kind) {
        case OpKind::Convolution:
        case OpKind::TransposedConvolution:
        case OpKind::GroupNorm:
        case OpKind::LayerNorm:
            if (weights.size() == 2)
                biases.insert(weights[1]);
            break;
        case OpKind::BatchNorm:
            if (weights.size() == 4)
                biases.insert(weights[1]);
            break;
        default:
            if (isSum && node.inputs.size() == 1 && weights.size() == 1)
                biases.insert(weights[0]);
        }
    }
    for (const ModelProbe::LayerFacts& layer : probe.layers())
        biases.erase(layer.tensor);
    return biases;
}

/// Makes the layers that the graph reads what the first candidate makes of them, one after the other.
Result<void> compressLayers(TuningData& data, ModelProbe& probe, const MethodContext& context)
{
    for (std::size_t i = 0; i < probe.layers().size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
        if (const TensorId id = probe.layers()[i].tensor; data.tensors().contains(id))
            data.replace(id, TRY(probe.compressed(i, 0)).toFloats());
    }
    return {};
}

/// Divergence on the parts tuned on and on those held out.
struct Quality {
    double tuned = 0, heldOut = 0;
};

class Descending {
public:
    Descending(const TuningData& data, std::set<TensorId> biases, double heldOut)
        : m_data(data)
        , m_biases(std::move(biases))
    {
        HeldOutSplit split = splitEvenly(data.parts(), heldOut);
        m_tuned = std::move(split.learned);
        m_heldOut = std::move(split.heldOut);
        for (const TensorId id : m_biases)
            m_tensors[id] = m_data.tensors().at(id);
        m_best = m_tensors;
    }

    Result<void> run(int steps, double rate, std::size_t batch, int patience, const MethodContext& context)
    {
        std::mt19937_64 random(context.seed);
        const bool isWhole = m_tuned.size() <= batch;
        const int perPass = isWhole ? 1 : int((m_tuned.size() + batch - 1) / batch);
        // The rate falls by ten after a half and after three quarters, or earlier where it brings nothing
        // more.
        const int borders[] = {0, steps / 2, steps / 2 + steps / 4, steps};
        std::vector<std::size_t> order = m_tuned;
        for (int third = 0; third < 3; ++third, rate /= 10) {
            m_tensors = m_best;
            int unlucky = 0;
            for (int step = borders[third]; step <= borders[third + 1]; ++step) {
                context.progress(double(step) / double(steps));
                const std::size_t place = std::size_t(step % perPass) * batch;
                if (!isWhole && place == 0)
                    std::shuffle(order.begin(), order.end(), random);
                const auto now = isWhole ? std::span<const std::size_t>(m_tuned)
                                         : std::span<const std::size_t>(order).subspan(
                                             place, std::min(batch, order.size() - place));
                const auto descent = TRY(m_data.descend(now, m_tensors, m_biases, context.stop));
                if (step % perPass == 0 || step == borders[third + 1]) {
                    const double tuned = isWhole ? descent.divergence : TRY(divergenceOn(m_tuned, context));
                    unlucky = TRY(consider(tuned, context)) ? 0 : unlucky + 1;
                }
                if (unlucky > patience || step == borders[third + 1])
                    break;
                follow(descent, rate);
            }
        }
        context.progress(1);
        return {};
    }

    [[nodiscard]] const Quality& before() const { return m_before; }
    [[nodiscard]] const Quality& after() const { return m_after; }
    [[nodiscard]] std::size_t tunedParts() const { return m_tuned.size(); }
    [[nodiscard]] std::size_t heldOutParts() const { return m_heldOut.size(); }
    [[nodiscard]] const TensorMap& best() const { return m_best; }

private:
    Result<double> divergenceOn(std::span<const std::size_t> parts, const MethodContext& context)
    {
        return TRY(m_data.descend(parts, m_tensors, {}, context.stop)).divergence;
    }

    /// Whether this state is the best so far, which is then kept.
    Result<bool> consider(double tuned, const MethodContext& context)
    {
        const Quality now{tuned, m_heldOut.empty() ? tuned : TRY(divergenceOn(m_heldOut, context))};
        if (!m_hasBegun) {
            if (!std::isfinite(now.tuned) || !std::isfinite(now.heldOut))
                return fail(ErrorCode::InvalidInput, "the logits of the compressed model are not finite");
            m_hasBegun = true;
            m_before = m_after = now;
            return true;
        }
        if (!(now.heldOut < m_after.heldOut && now.tuned <= m_before.tuned))
            return false;
        m_after = now;
        m_best = m_tensors;
        return true;
    }

    void follow(const TuningData::Descent& descent, double rate)
    {
        for (const auto& [id, slopes] : descent.slopes) {
            Tensor& bias = m_tensors[id];
            std::vector<float> values = bias.toFloats();
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = float(double(values[i]) - rate * slopes[i]);
            bias = Tensor::adoptFloats(bias.type().shape, std::move(values));
        }
    }

    const TuningData& m_data;
    std::set<TensorId> m_biases;
    TensorMap m_tensors, m_best; ///< of these
    std::vector<std::size_t> m_tuned, m_heldOut; ///< parts
    Quality m_before, m_after;
    bool m_hasBegun = false;
};

} // namespace

std::vector<ParameterSpec> BiasTuning::parameters() const
{
    return {
        {.key = "steps",
         .title = "Steps",
         .unit = "",
         .standard = 300,
         .lowest = 1,
         .highest = 20000,
         .whole = true},
        {.key = "rate",
         .title = "Rate",
         .unit = "",
         .standard = 0.1,
         .lowest = 1e-6,
         .highest = 10,
         .whole = false},
        {.key = "batch",
         .title = "Parts in a step",
         .unit = "",
         .standard = 50,
         .lowest = 1,
         .highest = 4096,
         .whole = true},
        heldOutParameter(),
        {.key = "patience",
         .title = "Passes without gain before the rate falls",
         .unit = "",
         .standard = 50, // at three bits the divergence rises for a while before it falls
         .lowest = 1,
         .highest = 1000,
         .whole = true}};
}

Result<TransformedModel>
BiasTuning::apply(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const int steps = int(TRY(parameterValue(specs, given, "steps"))),
              patience = int(TRY(parameterValue(specs, given, "patience")));
    const double rate = TRY(parameterValue(specs, given, "rate")),
                 heldOut = TRY(parameterValue(specs, given, "held_out"));
    const auto batch = std::size_t(TRY(parameterValue(specs, given, "batch")));
    if (probe.candidates().empty())
        return fail(
            ErrorCode::InvalidInput,
            "biases are tuned for one format and method: 'sensitivity' and 'allocate' take them as --formats "
            "and --method, the window takes the loom's");
    std::set<TensorId> biases = biasesOf(probe);
    if (probe.graph() != nullptr && biases.empty())
        return fail(ErrorCode::Unsupported, "this model has no biases to tune");
    TuningData data = TRY(TuningData::gather(probe, context));
    std::erase_if(biases, [&](TensorId id) { return !isVector(data.tensors().at(id).type().shape); });
    if (biases.empty())
        return fail(ErrorCode::Unsupported, "this model has no biases to tune");
    const std::size_t count = biases.size();
    TRY_VOID(compressLayers(data, probe, context));
    Descending descending(data, std::move(biases), heldOut);
    TRY_VOID(descending.run(steps, rate, batch, patience, context));

    TransformedModel result;
    const CandidateInfo& made = probe.candidates().front();
    const Quality &before = descending.before(), &after = descending.after();
    std::string told = fmt::format(
        "{} biases were tuned: divergence {:.3g} to {:.3g} nats on {} parts of the calibration data", count,
        before.tuned, after.tuned, descending.tunedParts());
    if (descending.heldOutParts() > 0)
        told += fmt::format(
            ", {:.3g} to {:.3g} on {} held out", before.heldOut, after.heldOut, descending.heldOutParts());
    result.notices.push_back(std::move(told));
    // ResNet-20 at four bits by 32 pictures: better on all of them, worse on a thousand others.
    if (constexpr std::size_t least = 100; data.rows() < least)
        result.notices.push_back(fmt::format(
            "{} answers are fewer than {}: the biases may fit these and nothing else, so give more "
            "calibration "
            "data",
            data.rows(), least));
    result.notices.push_back(fmt::format(
        "They fit {} by {}, inputs not rounded; at other bits, and uncompressed, the model computes "
        "something "
        "else than before",
        made.format, made.method));
    result.tensors = descending.best();
    return result;
}

} // namespace tritloom
