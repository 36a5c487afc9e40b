#include "app/session/group_choices.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <map>

namespace tritloom {
namespace {

/// As the format of a packed matrix says of each group.
std::optional<GroupChoices> choicesOf(const Tensor& packed, const std::stop_token& stop)
{
    const auto* const format = dynamic_cast<const GroupGrids*>(packed.type().format.get());
    if (format == nullptr)
        return std::nullopt;
    const NumberFormat& numbers = *packed.type().format;
    const std::size_t elements = numbers.blockElements(), bytes = numbers.blockBytes(),
                      run = numbers.levelRun(), columns = packed.type().columns();
    const std::vector<double> grids = format->grids();
    GroupChoices choices{
        .of = GroupChoices::Of::Groups,
        .kind = format->gridKind(),
        .grids = grids,
        .across = packed.type().rows(),
        .down = (columns + run - 1) / run,
        .chosen = {},
        .groupElements = run};
    std::ranges::sort(choices.grids);
    std::vector<std::uint8_t> place;
    for (const double grid : grids)
        place.push_back(std::uint8_t(std::ranges::find(choices.grids, grid) - choices.grids.begin()));
    choices.chosen.resize(choices.across * choices.down);
    parallelFor(choices.across, 16, [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end && !stop.stop_requested(); ++r)
            for (std::size_t g = 0; g < choices.down; ++g) {
                const std::size_t at = g * run;
                const auto block = packed.row(r).subspan(at / elements * bytes, bytes);
                choices.chosen[r * choices.down + g] = place[format->gridOf(block, at % elements)];
            }
    });
    return stop.stop_requested() ? std::nullopt : std::optional(std::move(choices));
}

/// Bits of each input column where some are gathered into products of their own: a column has those of all
/// products it goes into.
std::optional<GroupChoices> choicesOf(const LayerReplacement& layer)
{
    std::map<ValueId, const Tensor*> gathered; // by value, the columns in it
    std::vector<double> bits(layer.inputs, 0);
    std::size_t products = 0;
    for (const Node& node : layer.graph.nodes) {
        const auto part = [&](std::size_t i) -> const Tensor& {
            return layer.parts[std::size_t(node.weights[i])].tensor;
        };
        if (node.op.kind == OpKind::Gather && node.inputs[0] == layer.graph.input && !node.weights.empty()) {
            gathered[node.output] = &part(0);
        } else if (
            node.op.kind == OpKind::Multiply && node.inputs.size() == 1
            && gathered.contains(node.inputs[0])) {
            gathered[node.output] = gathered.at(node.inputs[0]);
        } else if (node.op.kind == OpKind::Linear && part(0).type().rows() == layer.outputs) {
            const double width = part(0).type().format->bitsPerWeight();
            const auto some = gathered.find(node.inputs[0]);
            if (some != gathered.end())
                for (const float column : some->second->toFloats())
                    bits[std::min(std::size_t(column), layer.inputs - 1)] += width;
            else if (node.inputs[0] == layer.graph.input)
                for (double& sum : bits)
                    sum += width;
            products += some != gathered.end() ? 1 : 0;
        }
    }
    if (products == 0)
        return std::nullopt;
    GroupChoices choices{
        .of = GroupChoices::Of::Columns,
        .kind = GroupGrids::Kind::Bits,
        .grids = bits,
        .across = layer.inputs,
        .down = 1,
        .chosen = {},
        .groupElements = layer.outputs};
    std::ranges::sort(choices.grids);
    choices.grids.erase(std::ranges::unique(choices.grids).begin(), choices.grids.end());
    for (const double width : bits)
        choices.chosen.push_back(
            std::uint8_t(std::ranges::find(choices.grids, width) - choices.grids.begin()));
    return choices.grids.size() < 2 ? std::nullopt : std::optional(std::move(choices));
}

} // namespace

std::vector<std::size_t> GroupChoices::counts() const
{
    std::vector<std::size_t> found(grids.size(), 0);
    for (const std::uint8_t grid : chosen)
        ++found[grid];
    return found;
}

std::optional<GroupChoices> groupChoices(const CompressedLayer& layer, std::stop_token stop)
{
    return layer.isReplacement() ? choicesOf(*layer.replacement()) : choicesOf(layer.tensor(), stop);
}

} // namespace tritloom
