#include "app/session/not_finite.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// How many numbers of the tensor are not finite; 0 of what is no tensor of reals, or replaced by more than
/// one.
std::size_t countIn(const NamedTensor& tensor)
{
    if (tensor.replacement)
        return 0;
    const auto values = materialise(tensor);
    if (!values || values->type().elements() == 0) // PyTorch writes empty tensors
        return 0;
    std::size_t count = 0;
    std::vector<float> row(values->type().columns());
    for (std::size_t r = 0; r < values->type().rows(); ++r) {
        values->decodeRows(r, row);
        count += std::size_t(std::ranges::count_if(row, [](float value) { return !std::isfinite(value); }));
    }
    return count;
}

} // namespace

Result<std::vector<std::string>> notFinite(const Model& model, std::stop_token stop)
{
    const std::vector<NamedTensor>& tensors = model.file->tensors;
    std::vector<std::size_t> counts(tensors.size());
    parallelFor(tensors.size(), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end && !stop.stop_requested(); ++i)
            counts[i] = countIn(tensors[i]);
    });
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled while weights were looked through");
    std::vector<std::string> sentences;
    for (std::size_t i = 0; i < tensors.size(); ++i)
        if (counts[i] > 0)
            sentences.push_back(fmt::format(
                "{}: {} of its {} numbers are NaN or infinite", tensors[i].name, counts[i],
                TensorType{nullptr, tensors[i].shape}.elements()));
    return sentences;
}

} // namespace tritloom
