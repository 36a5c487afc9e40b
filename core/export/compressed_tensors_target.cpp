#include "core/export/compressed_tensors_target.h"

#include "core/export/huggingface_folder.h"
#include "core/export/problems.h"

#include <algorithm>

namespace tritloom {
namespace {

using huggingface::bytesOf;

/// The scheme of tensor `index`, if this target packs it.
std::optional<IntegerScheme>
schemeOf(const ModelFile& model, std::span<const std::string> formats, std::size_t index)
{
    const NamedTensor& tensor = model.tensors[index];
    if (!huggingface::isLinear(model, tensor) || tensor.layout == Layout::Transposed)
        return std::nullopt; // Conv1D is no Linear to the library
    auto scheme = integerScheme(formats[index]);
    if (scheme && scheme->group >= tensor.shape[1])
        scheme->group = 0; // one scale a row
    return scheme;
}

huggingface::PackedLayer layerOf(const NamedTensor& tensor, const IntegerScheme& scheme)
{
    const std::string module = huggingface::moduleOf(tensor);
    const std::size_t outputs = tensor.shape[0], inputs = tensor.shape[1], bits = scheme.bits;
    const std::size_t groups = scheme.group == 0 ? 1 : inputs / scheme.group;
    huggingface::PackedLayer layer;
    layer.parts = {
        {module + ".weight_packed", "I32", {outputs, (inputs * bits + 31) / 32}},
        {module + ".weight_scale", "F16", {outputs, groups}},
        {module + ".weight_shape", "I64", {2}}};
    if (!scheme.symmetric)
        layer.parts.push_back({module + ".weight_zero_point", "I32", {(outputs * bits + 31) / 32, groups}});
    layer.pack = [scheme, outputs, inputs,
                  groups](const Tensor& weights) -> Result<std::vector<std::vector<std::byte>>> {
        IntegerScheme stored = scheme;
        if (stored.group == 0)
            stored.group = weights.type().format->blockElements();
        std::vector<std::uint32_t> words;
        std::vector<std::uint16_t> scales;
        std::vector<std::uint8_t> zeros;
        for (std::size_t o = 0; o < outputs; ++o) {
            const IntegerRow row = takeApart(weights, stored, o);
            const std::vector<std::uint32_t> packed = packFields(row.codes, scheme.bits);
            words.insert(words.end(), packed.begin(), packed.end());
            scales.insert(scales.end(), row.scales.begin(), row.scales.end());
            zeros.insert(zeros.end(), row.zeros.begin(), row.zeros.end());
        }
        const std::int64_t shape[] = {std::int64_t(outputs), std::int64_t(inputs)};
        std::vector<std::vector<std::byte>> bytes{
            bytesOf(std::span<const std::uint32_t>(words)), bytesOf(std::span<const std::uint16_t>(scales)),
            bytesOf(std::span<const std::int64_t>(shape))};
        if (!scheme.symmetric)
            bytes.push_back(bytesOf(std::span<const std::uint32_t>(packColumns(zeros, groups, scheme.bits))));
        return bytes;
    };
    return layer;
}

Json groupOf(const IntegerScheme& scheme, Json targets)
{
    Json weights{
        {"num_bits", scheme.bits},
        {"type", "int"},
        {"symmetric", scheme.symmetric},
        {"strategy", scheme.group == 0 ? "channel" : "group"},
        {"group_size", scheme.group == 0 ? Json() : Json(scheme.group)},
        {"dynamic", false},
        {"actorder", nullptr}};
    return {
        {"targets", std::move(targets)},
        {"weights", std::move(weights)},
        {"input_activations", nullptr},
        {"output_activations", nullptr},
        {"format", "pack-quantized"}};
}

/// One group a scheme. Full names of modules, which the library looks at before anything else; "Linear" where
/// there is one scheme, so that every reader understands.
Json configOf(const ModelFile& model, std::span<const std::string> formats)
{
    std::vector<std::pair<IntegerScheme, Json>> groups;
    Json ignore = Json::array();
    for (std::size_t i = 0; i < formats.size(); ++i) {
        if (!huggingface::isLinear(model, model.tensors[i]))
            continue;
        const std::string module = huggingface::moduleOf(model.tensors[i]);
        const auto scheme = schemeOf(model, formats, i);
        if (!scheme) {
            ignore.push_back(module);
            continue;
        }
        auto group = std::ranges::find(groups, *scheme, &std::pair<IntegerScheme, Json>::first);
        if (group == groups.end())
            group = groups.insert(groups.end(), {*scheme, Json::array()});
        group->second.push_back(module);
    }
    Json configGroups = Json::object();
    for (std::size_t g = 0; g < groups.size(); ++g)
        configGroups[fmt::format("group_{}", g)] =
            groupOf(groups[g].first, groups.size() == 1 ? Json{"Linear"} : groups[g].second);
    return {{"quant_method", "compressed-tensors"}, {"version", "0.18.0"},
            {"format", "pack-quantized"},           {"quantization_status", "compressed"},
            {"global_compression_ratio", nullptr},  {"kv_cache_scheme", nullptr},
            {"ignore", std::move(ignore)},          {"config_groups", std::move(configGroups)},
            {"sparsity_config", Json::object()},    {"transform_config", Json::object()}};
}

} // namespace

std::vector<std::string> checkCompressedTensors(const ModelFile& model, std::span<const std::string> formats)
{
    std::vector<std::string> problems =
        huggingface::checkFolder(model, formats, "compressed-tensors", [&](std::size_t i) {
            return schemeOf(model, formats, i).has_value();
        });
    for (std::size_t i = 0; i < formats.size() && i < model.tensors.size(); ++i) {
        const auto scheme = schemeOf(model, formats, i);
        if (scheme && scheme->group != 0 && model.tensors[i].shape[1] % scheme->group != 0)
            problems.push_back(fmt::format(
                "{}: {} inputs are not divisible by the group of {}", model.tensors[i].name,
                model.tensors[i].shape[1], scheme->group));
    }
    return problems;
}

Result<WrittenFile> exportCompressedTensors(const ExportRequest& request)
{
    if (const auto problems = checkCompressedTensors(request.model, request.formats); !problems.empty())
        return fail(ErrorCode::InvalidInput, "{}", oneSentence(problems));
    huggingface::Folder folder{.layers = {}, .quantization = configOf(request.model, request.formats)};
    bool rareWidths = false;
    for (std::size_t i = 0; i < request.formats.size(); ++i)
        if (const auto scheme = schemeOf(request.model, request.formats, i)) {
            folder.layers.emplace(i, layerOf(request.model.tensors[i], *scheme));
            rareWidths |= scheme->bits != 4 && scheme->bits != 8;
        }
    WrittenFile written = TRY(huggingface::writeFolder(request, folder));
    written.notices.emplace_back("scales are halves: a runtime that computes in bfloat16 rounds them");
    if (rareWidths)
        written.notices.emplace_back("widths other than 4 and 8 bits need compressed-tensors 0.18 and a "
                                     "runtime with kernels for them");
    return written;
}

} // namespace tritloom
