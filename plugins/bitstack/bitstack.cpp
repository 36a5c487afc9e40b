#include "plugins/bitstack/bitstack.h"

#include "core/graph/composed_matrix.h"
#include "core/method/row_packer.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

struct Sizes {
    std::size_t blocks = 0, rank = 0;
};

Result<Sizes> sizesOf(const BitStack& method, const Parameters& given)
{
    return Sizes{
        std::size_t(TRY(parameterValue(method.parameters(), given, "blocks"))),
        std::size_t(TRY(parameterValue(method.parameters(), given, "rank")))};
}

} // namespace

std::vector<ParameterSpec> BitStack::parameters() const
{
    return {
        {.key = "blocks",
         .title = "Blocks to load",
         .unit = "",
         .standard = 3,
         .lowest = 1,
         .highest = 16,
         .whole = true,
         .sizes = true},
        {.key = "rank",
         .title = "Rank of the magnitudes",
         .unit = "",
         .standard = 16,
         .lowest = 1,
         .highest = 64,
         .whole = true}};
}

std::size_t BitStack::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters& given) const
{
    const Sizes sizes = sizesOf(*this, given).value_or(Sizes{3, 16});
    return sizes.blocks
        * (TensorType{format, {outputs, inputs}}.bytes() + 2 * sizes.rank * (outputs + inputs))
        + 2 * inputs;
}

Result<CompressedLayer> BitStack::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const auto [blocks, rank] = TRY(sizesOf(*this, given));
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "the planes are stored as 'sign', not as {}", format->id());
    const std::size_t outputs = layer.weights.type().rows(), inputs = layer.weights.type().columns();
    std::vector<float> scale(inputs, 1.0f);
    if (layer.meanSquare) {
        scale = TRY(requiredStatistic(layer.meanSquare, inputs, "mean square of the inputs"));
        for (float& value : scale)
            value =
                std::sqrt(std::max(value, 0.0f)) + 1e-3f; // section 3.2: the floor keeps dead inputs finite
    }
    std::vector<float> inverse(inputs);
    for (std::size_t c = 0; c < inputs; ++c)
        inverse[c] = 1 / scale[c];
    const Tensor inverseTensor = encodedAs("f16", {inputs}, inverse);
    inverse = inverseTensor.toFloats();

    std::vector<float> rest = layer.weights.toFloats();
    for (std::size_t i = 0; i < rest.size(); ++i)
        rest[i] = std::isfinite(rest[i]) && inverse[i % inputs] > 0
            ? std::clamp(rest[i] / inverse[i % inputs], -1e6f, 1e6f)
            : 0.0f; // so that halves hold the factors

    LayerReplacement replacement{.graph = {}, .parts = {}, .outputs = outputs, .inputs = inputs};
    replacement.parts.push_back({"inverse_scale", inverseTensor, false});
    GraphBuilder graph;
    const ValueId x = graph.add({OpKind::Multiply, {}}, {graph.input()}, {TensorId{0}});
    std::optional<ValueId> sum;
    std::vector<float> magnitudes(rest.size());
    for (std::size_t b = 0; b < blocks; ++b) {
        for (std::size_t i = 0; i < rest.size(); ++i)
            magnitudes[i] = std::fabs(rest[i]);
        const Factors factors =
            TRY(rankFactors(magnitudes, outputs, inputs, rank, context.seed + b, context.stop));
        const Tensor left = encodedAs("f16", {outputs, rank}, factors.left),
                     right = encodedAs("f16", {rank, inputs}, factors.right);
        const Tensor signs = encodedAs("sign", {outputs, inputs}, rest);
        // The rounded product is taken away: the next block makes up for the rounding too.
        const Tensor stored[] = {signs, left, right};
        const Tensor product = TRY(signFactorMatrix(stored));
        for (std::size_t i = 0; i < rest.size(); ++i)
            rest[i] -= product.floats()[i];
        context.progress(double(b + 1) / double(blocks));
        const auto first = std::uint32_t(replacement.parts.size());
        replacement.parts.push_back({fmt::format("signs.{}", b), signs, false});
        replacement.parts.push_back({fmt::format("left.{}", b), left, false});
        replacement.parts.push_back({fmt::format("right.{}", b), right, false});
        const ValueId y = graph.add(
            {OpKind::SignFactorLinear, {}}, {x}, {TensorId{first}, TensorId{first + 1}, TensorId{first + 2}});
        sum = sum ? graph.add({OpKind::Add, {}}, {*sum, y}) : y;
    }
    replacement.graph = std::move(graph).finish(*sum);
    return CompressedLayer(std::move(replacement));
}

} // namespace tritloom
