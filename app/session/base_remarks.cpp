#include "app/session/base_remarks.h"

#include "core/base/parallel.h"
#include "core/tensor/delta.h"

#include <optional>

namespace tritloom {
namespace {

constexpr double manyZeros = 0.3, farAway = 0.3; // the paper's pitfalls
constexpr std::size_t lowRank = 64;

/// Whether two factors of 16 bits take less than one bit a weight.
bool areFactorsSmaller(const Layer& layer, std::size_t rank)
{
    return rank > 0 && rank < lowRank && 16 * rank * (layer.rows + layer.columns) < layer.parameters();
}

/// How many layers something is true of, and the one that it is most true of.
struct Tally {
    std::size_t count = 0, worst = 0;
    double value = 0;

    void add(std::size_t layer, double is)
    {
        ++count;
        if (is <= value)
            return;
        value = is;
        worst = layer;
    }
};

} // namespace

Result<std::vector<std::string>> baseRemarks(const Model& model, const Model& base, std::stop_token stop)
{
    const std::size_t count = model.layers.size();
    std::vector<std::optional<DeltaFigures>> figures(count);
    parallelFor(count, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end && !stop.stop_requested(); ++i) {
            const NamedTensor& tuned = model.tensor(model.layers[i].tensor);
            const NamedTensor* const from = base.file->find(tuned.name);
            const auto a = materialise(tuned), b = from ? materialise(*from) : a;
            if (from == nullptr || from->shape != tuned.shape || !a || !b)
                continue; // compressing says why
            if (const auto made = deltaFigures(*a, *b))
                figures[i] = *made;
        }
    });
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled while the base was compared");
    Tally zeros, far;
    std::size_t low = 0, same = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!figures[i])
            continue;
        same += figures[i]->zeroShare == 1 ? 1 : 0;
        if (figures[i]->zeroShare > manyZeros)
            zeros.add(i, figures[i]->zeroShare);
        if (figures[i]->relativeNorm > farAway)
            far.add(i, figures[i]->relativeNorm);
        low += areFactorsSmaller(model.layers[i], figures[i]->effectiveRank) ? 1 : 0;
    }
    std::vector<std::string> remarks;
    if (same == count)
        return std::vector<std::string>{
            "the base holds the weights of the model itself: there is no difference to store"};
    if (zeros.count > 0)
        remarks.push_back(fmt::format(
            "in {} of {} layers more than 30 % of the differences to the base are exactly 0 ({:.0f} % in {}): their "
            "signs are arbitrary and act as noise",
            zeros.count, count, 100 * zeros.value, model.layers[zeros.worst].name));
    if (far.count > 0)
        remarks.push_back(fmt::format(
            "{} of {} layers differ from the base by more than 30 % of its norm ({:.0f} % in {}): is it what this "
            "model was tuned from?",
            far.count, count, 100 * far.value, model.layers[far.worst].name));
    if (low > 0)
        remarks.push_back(fmt::format(
            "in {} of {} layers the difference to the base is of low rank, as after merging a LoRA: its two factors "
            "would be smaller and nearer than signs",
            low, count));
    return remarks;
}

} // namespace tritloom
