#include "core/export/diffusion_gguf_target.h"

#include "core/export/checkpoint_names.h"
#include "core/export/problems.h"
#include "core/file/gguf_types.h"
#include "core/file/gguf_writer.h"

#include <algorithm>

namespace tritloom {
namespace {

constexpr std::size_t longestName = 127; ///< GGML_MAX_NAME of those programs is 128

struct Plan {
    std::vector<gguf::Slot> slots;
    std::vector<std::size_t> tensors; ///< of the model, by slot
    Metadata metadata;
    std::vector<std::string> problems;
    std::size_t leftOut = 0;
    bool packsConvolutions = false;
};

/// The shape in original checkpoints: the file's, but the VAE's attention has convolutions of 1 x 1.
Shape originalShape(const NamedTensor& tensor, const std::string& name)
{
    Shape shape = tensor.fileShape.empty() ? tensor.shape : tensor.fileShape;
    if (shape.size() == 2 && name.starts_with("first_stage_model."))
        shape.insert(shape.end(), {1, 1});
    return shape;
}

void planTensor(
    const NamedTensor& tensor, std::size_t index, const std::string& name, std::string wish, Plan& plan)
{
    const Shape shape = originalShape(tensor, name);
    const bool isVector = shape.size() == 1;
    if (isVector)
        wish = "f32";
    const auto format = parseNumberFormat(wish);
    const auto* const type = gguf::findFormat(wish);
    if (!format || type == nullptr) {
        plan.problems.push_back(
            fmt::format("tensor '{}': GGUF has no type for the format '{}'", tensor.name, wish));
        return;
    }
    if (type->blockElements > 1 && tensor.shape.back() % type->blockElements != 0) {
        plan.problems.push_back(fmt::format(
            "tensor '{}' has rows of {} elements, no multiple of {}'s blocks of {}: choose f16 or blocks "
            "that fit",
            tensor.name, tensor.shape.back(), type->name, type->blockElements));
        return;
    }
    plan.tensors.push_back(index);
    // Blocks may go over what one window of a convolution has: such a tensor is written as rows.
    if (type->blockElements == 1 || shape.size() == 2) {
        plan.slots.push_back({name, {*format, shape}});
        return;
    }
    plan.slots.push_back({name, {*format, tensor.shape}});
    plan.metadata.set("comfy.gguf.orig_shape." + name, std::vector<std::int32_t>(shape.begin(), shape.end()));
    plan.packsConvolutions = true;
}

Plan makePlan(const ModelFile& model, std::span<const std::string> formats)
{
    Plan plan;
    const auto names = CheckpointNames::of(model);
    if (!names)
        plan.problems.push_back(names.error().message);
    else if (formats.size() != model.tensors.size())
        plan.problems.push_back(
            fmt::format("{} formats are given for {} tensors", formats.size(), model.tensors.size()));
    if (!plan.problems.empty())
        return plan;
    plan.metadata.set("general.architecture", std::string("sd1"));
    plan.metadata.set("general.name", model.metadata.text("general.name").value_or(""));
    plan.metadata.set("general.quantization_version", std::uint32_t{2});
    for (std::size_t i = 0; i < formats.size(); ++i)
        if (const std::string name = names->of(model.tensors[i].name); !name.empty())
            planTensor(model.tensors[i], i, name, formats[i], plan);
        else
            ++plan.leftOut;
    for (std::string& problem : gguf::findBrokenRules(plan.metadata, plan.slots, longestName))
        plan.problems.push_back(std::move(problem));
    return plan;
}

} // namespace

std::vector<std::string> checkDiffusionGguf(const ModelFile& model, std::span<const std::string> formats)
{
    return makePlan(model, formats).problems;
}

Result<WrittenFile> exportDiffusionGguf(const ExportRequest& request)
{
    const Plan plan = makePlan(request.model, request.formats);
    if (!plan.problems.empty())
        return fail(ErrorCode::InvalidInput, "{}", oneSentence(plan.problems));
    gguf::Writer writer = TRY(gguf::Writer::create(request.path, plan.metadata, plan.slots, longestName));
    for (std::size_t i = 0; i < plan.slots.size(); ++i) {
        if (request.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "the export was stopped");
        const TensorType& type = plan.slots[i].type;
        Tensor tensor = TRY(request.tensor(plan.tensors[i], type.format->id()));
        if (type.format->id() == "f32" && tensor.type().format->id() != "f32")
            tensor = Tensor::adoptFloats(tensor.type().shape, tensor.toFloats());
        if (tensor.type().format->id() != type.format->id() || tensor.type().elements() != type.elements())
            return fail(
                ErrorCode::InvalidInput, "tensor '{}' came as {} of [{}], {} of [{}] is expected",
                plan.slots[i].name, tensor.type().format->id(), fmt::join(tensor.type().shape, ", "),
                type.format->id(), fmt::join(type.shape, ", "));
        // The same numbers in the same order, whatever their rows are called.
        TRY_VOID(writer.add(Tensor(type, tensor.bytes(), tensor.owner())));
        request.progress(0.9 * double(i + 1) / double(plan.slots.size()));
    }
    const std::vector<Key> keys = TRY(writer.finish());
    TRY_VOID(gguf::verify(writer.partPath(), plan.slots, keys));
    TRY_VOID(writer.commit());
    request.progress(1);
    WrittenFile report{
        .fileBytes = writer.fileBytes(),
        .readBack =
            fmt::format("{} tensors have the names, shapes and bytes that were written", plan.slots.size())};
    if (plan.packsConvolutions)
        report.notices.emplace_back("Convolutions in blocks are read by ComfyUI-GGUF alone; "
                                    "stable-diffusion.cpp wants them in f16 or f32");
    if (plan.leftOut > 0)
        report.notices.push_back(
            fmt::format("{} tensors that checkpoints have no place for were left out", plan.leftOut));
    return report;
}

} // namespace tritloom
