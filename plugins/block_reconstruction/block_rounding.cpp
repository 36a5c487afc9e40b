#include "plugins/block_reconstruction/block_rounding.h"

#include "core/base/parallel.h"
#include "core/method/level_bracket.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace tritloom {

void BlockRounding::add(TensorId id, const Tensor& weights, const Tensor& packed)
{
    const std::size_t rows = packed.type().rows(), columns = packed.type().columns(), count = rows * columns;
    Layer layer{
        .packed = packed,
        .lower = std::vector<float>(count),
        .upper = std::vector<float>(count),
        .v = std::vector<float>(count),
        .lowerCode = std::vector<std::uint16_t>(count),
        .upperCode = std::vector<std::uint16_t>(count),
        .adam = Adam(count)};
    const std::vector<float> values = weights.toFloats();
    parallelFor(rows, 8, [&](std::size_t begin, std::size_t end) {
        RowState state(*packed.type().format, columns);
        for (std::size_t r = begin; r < end; ++r) {
            state.load(packed.row(r));
            for (std::size_t c = 0, i = r * columns; c < columns; ++c, ++i) {
                const float value = std::isfinite(values[i]) ? values[i] : 0.0f; // as every encoder does
                const LevelBracket found = levelBracket(state, c, value);
                layer.lowerCode[i] = found.lower;
                layer.upperCode[i] = found.upper;
                layer.lower[i] = state.levels(c)[found.lower];
                layer.upper[i] = state.levels(c)[found.upper];
                if (layer.isFree(i))
                    layer.v[i] = inverseRectifiedSigmoid(
                        (value - layer.lower[i]) / (layer.upper[i] - layer.lower[i]));
            }
        }
    });
    m_layers.insert_or_assign(id, std::move(layer));
    m_ids.insert(id);
}

TensorMap BlockRounding::soft() const
{
    TensorMap tensors;
    for (const auto& [id, layer] : m_layers) {
        std::vector<float> values(layer.v.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = layer.lower[i] + rectifiedSigmoid(layer.v[i]) * (layer.upper[i] - layer.lower[i]);
        tensors[id] = Tensor::adoptFloats(layer.packed.type().shape, std::move(values));
    }
    return tensors;
}

TensorMap BlockRounding::hard() const
{
    TensorMap tensors;
    for (const auto& [id, layer] : m_layers) {
        const TensorType& type = layer.packed.type();
        const std::size_t columns = type.columns();
        std::vector<std::byte> bytes(type.bytes());
        parallelFor(type.rows(), 8, [&, &layer = layer](std::size_t begin, std::size_t end) {
            RowState state(*type.format, columns);
            for (std::size_t r = begin; r < end; ++r) {
                state.load(layer.packed.row(r));
                for (std::size_t c = 0, i = r * columns; c < columns; ++c, ++i)
                    state.setLevel(c, layer.v[i] >= 0 ? layer.upperCode[i] : layer.lowerCode[i]);
                std::ranges::copy(state.packed(), bytes.begin() + std::ptrdiff_t(r * type.rowBytes()));
            }
        });
        tensors[id] = Tensor::adopt(type, std::move(bytes));
    }
    return tensors;
}

std::vector<float> BlockRounding::slopesByV(
    TensorId id, std::span<const float> slopes, float lambda, float beta) const
{
    const Layer& layer = m_layers.at(id);
    std::vector<float> found(layer.v.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!layer.isFree(i))
            continue;
        float slope = slopes[i] * (layer.upper[i] - layer.lower[i]);
        if (lambda != 0)
            slope += lambda * roundingRegulariserSlope(rectifiedSigmoid(layer.v[i]), beta);
        found[i] = throughRectifiedSigmoid(slope, layer.v[i]);
    }
    return found;
}

void BlockRounding::step(
    const std::map<TensorId, std::vector<float>>& slopes, float rate, float lambda, float beta)
{
    for (auto& [id, layer] : m_layers) {
        const std::vector<float> byV = slopesByV(id, slopes.at(id), lambda, beta);
        layer.adam.nextStep();
        for (std::size_t i = 0; i < byV.size(); ++i)
            if (byV[i] != 0) // flat: no gradient reaches it
                layer.adam.change(layer.v[i], i, byV[i], rate);
    }
}

Result<void> reconstruct(
    const BlockData& data, BlockRounding& rounding, std::span<const std::size_t> parts,
    const ReconstructionOptions& options, const MethodContext& context)
{
    constexpr double weight = 0.01, warm = 0.2; // of the regulariser; share of the steps without it
    std::mt19937_64 random(context.seed);
    std::vector<std::size_t> order(parts.begin(), parts.end());
    const std::size_t batch = std::min(options.batch, order.size());
    std::size_t next = order.size();
    for (int t = 0; t < options.iterations; ++t) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at step {} of {}", t, options.iterations);
        context.progress(double(t) / double(options.iterations));
        if (next + batch > order.size()) {
            std::ranges::shuffle(order, random);
            next = 0;
        }
        const BlockData::Question question{
            .parts = std::span(order).subspan(next, batch),
            .entries = BlockData::Entries::Mixed,
            .seed = random(),
            .kappa = options.kappa};
        next += batch;
        const BlockData::Loss loss =
            TRY(data.loss(question, rounding.soft(), rounding.tensors(), context.stop));
        const double share = double(t) / double(options.iterations);
        const auto rate = float(double(options.rate) * 0.5 * (1 + std::cos(std::numbers::pi * share)));
        const bool regularised = options.regularised && share >= warm;
        const auto beta = float(20 - 18 * (share - warm) / (1 - warm)); // 20 to 2, Q-Diffusion
        rounding.step(loss.slopes, rate, regularised ? float(weight) : 0, beta);
    }
    return {};
}

} // namespace tritloom
