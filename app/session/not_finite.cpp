#include "app/session/not_finite.h"

#include "core/base/mapped_file.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

struct Count {
    std::size_t notFinite = 0, all = 0;
};

Count countOf(const Tensor& values)
{
    Count count{.all = values.type().elements()};
    if (count.all == 0) // PyTorch writes empty tensors
        return count;
    std::vector<float> row(values.type().columns());
    for (std::size_t r = 0; r < values.type().rows(); ++r) {
        values.decodeRows(r, row);
        count.notFinite +=
            std::size_t(std::ranges::count_if(row, [](float value) { return !std::isfinite(value); }));
    }
    MappedFile::doneWith(values.bytes());
    return count;
}

/// Of the tensor, or of all parts that replace it; none of what is no tensor of reals.
Count countIn(const NamedTensor& tensor)
{
    if (tensor.replacement) {
        Count sum;
        for (const LayerReplacement::Part& part : tensor.replacement->parts) {
            const Count count = countOf(part.tensor);
            sum.notFinite += count.notFinite;
            sum.all += count.all;
        }
        return sum;
    }
    const auto values = materialise(tensor);
    return values ? countOf(*values) : Count();
}

} // namespace

Result<std::vector<std::string>> notFinite(const Model& model, std::stop_token stop)
{
    const std::vector<NamedTensor>& tensors = model.file->tensors;
    std::vector<Count> counts(tensors.size());
    parallelFor(tensors.size(), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end && !stop.stop_requested(); ++i)
            counts[i] = countIn(tensors[i]);
    });
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled while weights were looked through");
    std::vector<std::string> sentences;
    for (std::size_t i = 0; i < tensors.size(); ++i)
        if (counts[i].notFinite > 0)
            sentences.push_back(fmt::format(
                "{}: {} of its {} numbers are NaN or infinite", tensors[i].name, counts[i].notFinite,
                counts[i].all));
    return sentences;
}

} // namespace tritloom
