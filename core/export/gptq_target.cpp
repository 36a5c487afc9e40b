#include "core/export/gptq_target.h"

#include "core/export/huggingface_folder.h"
#include "core/export/problems.h"

#include <algorithm>

namespace tritloom {
namespace {

using huggingface::bytesOf;

bool isWidth(unsigned bits)
{
    return bits == 2 || bits == 3 || bits == 4 || bits == 8;
}

/// The scheme of tensor `index`, if this target packs it; `inputs` for one scale a row.
std::optional<IntegerScheme>
schemeOf(const ModelFile& model, std::span<const std::string> formats, std::size_t index)
{
    const NamedTensor& tensor = model.tensors[index];
    auto scheme = huggingface::isLinear(model, tensor) ? integerScheme(formats[index]) : std::nullopt;
    if (!scheme || !scheme->symmetric || !isWidth(scheme->bits))
        return std::nullopt;
    if (scheme->group >= tensor.shape[1])
        scheme->group = 0; // one scale a row
    return scheme;
}

huggingface::PackedLayer layerOf(const NamedTensor& tensor, const IntegerScheme& scheme)
{
    const std::string module = huggingface::moduleOf(tensor);
    const std::size_t outputs = tensor.shape[0], inputs = tensor.shape[1], bits = scheme.bits;
    const std::size_t group = scheme.group == 0 ? inputs : scheme.group, groups = inputs / group;
    huggingface::PackedLayer layer;
    layer.parts = {
        {module + ".qweight", "I32", {inputs * bits / 32, outputs}},
        {module + ".qzeros", "I32", {groups, outputs * bits / 32}},
        {module + ".scales", "F16", {groups, outputs}},
        {module + ".g_idx", "I32", {inputs}}};
    layer.pack = [scheme, outputs, inputs, group,
                  groups](const Tensor& weights) -> Result<std::vector<std::vector<std::byte>>> {
        IntegerScheme stored = scheme;
        if (stored.group == 0)
            stored.group = weights.type().format->blockElements();
        // Codes are packed along the inputs, so the matrix is turned first.
        std::vector<std::uint8_t> codes(inputs * outputs);
        std::vector<std::uint16_t> scales(groups * outputs);
        for (std::size_t o = 0; o < outputs; ++o) {
            const IntegerRow row = takeApart(weights, stored, o);
            for (std::size_t i = 0; i < inputs; ++i)
                codes[i * outputs + o] = row.codes[i];
            for (std::size_t g = 0; g < groups; ++g)
                scales[g * outputs + o] = row.scales[g];
        }
        // The middle minus one, which readers add again.
        const std::vector<std::uint8_t> middle(outputs, std::uint8_t((1u << (scheme.bits - 1)) - 1));
        const std::vector<std::uint32_t> line = packFields(middle, scheme.bits);
        std::vector<std::uint32_t> zeros;
        std::vector<std::int32_t> indices(inputs);
        for (std::size_t g = 0; g < groups; ++g)
            zeros.insert(zeros.end(), line.begin(), line.end());
        for (std::size_t i = 0; i < inputs; ++i)
            indices[i] = std::int32_t(i / group);
        return std::vector<std::vector<std::byte>>{
            bytesOf(std::span<const std::uint32_t>(packColumns(codes, outputs, scheme.bits))),
            bytesOf(std::span<const std::uint32_t>(zeros)), bytesOf(std::span<const std::uint16_t>(scales)),
            bytesOf(std::span<const std::int32_t>(indices))};
    };
    return layer;
}

/// A module's name as a regular expression that means it alone.
std::string exactly(const std::string& module)
{
    std::string expression = "^";
    for (const char c : module)
        expression += c == '.' ? std::string("\\.") : std::string(1, c);
    return expression + "$";
}

/// The most frequent scheme for the whole, "dynamic" for modules that differ or stay floats.
Json configOf(const ModelFile& model, std::span<const std::string> formats)
{
    std::vector<std::pair<IntegerScheme, std::size_t>> counts;
    for (std::size_t i = 0; i < formats.size(); ++i)
        if (const auto scheme = schemeOf(model, formats, i)) {
            auto known = std::ranges::find(counts, *scheme, &std::pair<IntegerScheme, std::size_t>::first);
            if (known == counts.end())
                known = counts.insert(counts.end(), {*scheme, 0});
            ++known->second;
        }
    const IntegerScheme main =
        std::ranges::max(counts, {}, &std::pair<IntegerScheme, std::size_t>::second).first;
    const auto groupSize = [](const IntegerScheme& scheme) {
        return scheme.group == 0 ? -1 : std::int64_t(scheme.group);
    };
    Json dynamic = Json::object();
    bool head = false;
    for (std::size_t i = 0; i < formats.size(); ++i) {
        if (!huggingface::isLinear(model, model.tensors[i]))
            continue;
        const std::string module = huggingface::moduleOf(model.tensors[i]);
        const auto scheme = schemeOf(model, formats, i);
        const bool isHead = model.tensors[i].name == "output.weight";
        head |= isHead && scheme;
        if (scheme && *scheme != main)
            dynamic["+:" + exactly(module)] = {{"bits", scheme->bits}, {"group_size", groupSize(*scheme)}};
        else if (!scheme && !isHead)
            dynamic["-:" + exactly(module)] = Json::object();
    }
    Json config{{"quant_method", "gptq"}, {"checkpoint_format", "gptq"},
                {"bits", main.bits},      {"group_size", groupSize(main)},
                {"desc_act", false},      {"sym", true},
                {"lm_head", head},        {"pack_dtype", "int32"}};
    if (!dynamic.empty())
        config["dynamic"] = std::move(dynamic);
    return config;
}

} // namespace

std::vector<std::string> checkGptq(const ModelFile& model, std::span<const std::string> formats)
{
    std::vector<std::string> problems = huggingface::checkFolder(
        model, formats, "GPTQ",
        [&](std::size_t i) { // integers that do not fit have a sentence of their own below
            return huggingface::isLinear(model, model.tensors[i]) && integerScheme(formats[i]).has_value();
        });
    for (std::size_t i = 0; i < formats.size() && i < model.tensors.size(); ++i) {
        const NamedTensor& tensor = model.tensors[i];
        const auto any = huggingface::isLinear(model, tensor) ? integerScheme(formats[i]) : std::nullopt;
        if (any && !any->symmetric)
            problems.push_back(fmt::format(
                "{}: the first version of GPTQ's format has no zero point of 0, so {} goes to "
                "compressed-tensors",
                tensor.name, formats[i]));
        else if (any && !isWidth(any->bits))
            problems.push_back(
                fmt::format("{}: GPTQ has 2, 3, 4 and 8 bits, not {}", tensor.name, any->bits));
        const auto scheme = schemeOf(model, formats, i);
        if (!scheme)
            continue;
        if (scheme->group != 0 && tensor.shape[1] % scheme->group != 0)
            problems.push_back(fmt::format(
                "{}: {} inputs are not divisible by the group of {}", tensor.name, tensor.shape[1],
                scheme->group));
        for (const std::size_t size : tensor.shape)
            if (size * scheme->bits % 32 != 0)
                problems.push_back(fmt::format(
                    "{}: {} codes of {} bits do not fill 32-bit words", tensor.name, size, scheme->bits));
    }
    return problems;
}

Result<WrittenFile> exportGptq(const ExportRequest& request)
{
    if (const auto problems = checkGptq(request.model, request.formats); !problems.empty())
        return fail(ErrorCode::InvalidInput, "{}", oneSentence(problems));
    huggingface::Folder folder{.layers = {}, .quantization = configOf(request.model, request.formats)};
    bool rareWidths = false;
    for (std::size_t i = 0; i < request.formats.size(); ++i)
        if (const auto scheme = schemeOf(request.model, request.formats, i)) {
            folder.layers.emplace(i, layerOf(request.model.tensors[i], *scheme));
            rareWidths |= scheme->bits != 4 && scheme->bits != 8;
        }
    folder.files["quantize_config.json"] = folder.quantization;
    WrittenFile written = TRY(huggingface::writeFolder(request, folder));
    if (folder.quantization.contains("dynamic"))
        written.notices.emplace_back("layers differ: readers must know 'dynamic' (GPTQModel, vLLM)");
    if (rareWidths)
        written.notices.emplace_back("vLLM's fast path reads 4 and 8 bits");
    return written;
}

} // namespace tritloom
