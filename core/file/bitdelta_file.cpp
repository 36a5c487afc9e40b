#include "core/file/bitdelta_file.h"

#include "core/base/utf8.h"
#include "core/file/replaced_tensor.h"
#include "core/graph/signed_difference.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

namespace tritloom::bitdeltaFile {
namespace {

constexpr std::string_view maskEnd = ".mask", scaleEnd = ".coeff", weightEnd = ".weight";

/// Of a name that ends so, what is before.
std::string_view before(std::string_view name, std::string_view end)
{
    return name.ends_with(end) ? name.substr(0, name.size() - end.size()) : std::string_view();
}

/// [inputs / 32, outputs] words as rows of bits, [outputs, inputs].
Tensor signsOf(const Tensor& mask, std::size_t outputs, std::size_t inputs)
{
    const std::size_t words = inputs / 32;
    std::vector<std::byte> bits(outputs * inputs / 8);
    for (std::size_t k = 0; k < words; ++k)
        for (std::size_t r = 0; r < outputs; ++r) {
            std::uint32_t word;
            std::memcpy(&word, mask.bytes().data() + (k * outputs + r) * sizeof word, sizeof word);
            for (std::size_t b = 0; b < sizeof word; ++b)
                bits[(r * words + k) * sizeof word + b] = std::byte(word >> 8 * b & 0xff);
        }
    return Tensor::adopt({parseNumberFormat("sign").value(), {outputs, inputs}}, std::move(bits));
}

Result<LayerReplacement>
layerOf(const NamedTensor& layer, const NamedTensor& mask, const NamedTensor* scale, const std::string& file)
{
    const std::size_t outputs = layer.shape.size() == 2 ? layer.shape[0] : 0,
                      inputs = layer.shape.size() == 2 ? layer.shape[1] : 0;
    const Shape expected{inputs / 32, outputs};
    if (outputs == 0 || inputs % 32 != 0 || mask.stored.type().shape != expected
        || mask.stored.type().format->id() != "i32")
        return fail(
            ErrorCode::InvalidInput, "{}: '{}' is {} [{}], the base has [{}] there", file,
            printable(mask.name), mask.stored.type().format->id(), fmt::join(mask.stored.type().shape, ", "),
            fmt::join(layer.shape, ", "));
    if (scale == nullptr)
        return fail(ErrorCode::InvalidInput, "{}: '{}' has no scale", file, printable(mask.name));
    if (scale->stored.type().elements() != 1)
        return fail(
            ErrorCode::InvalidInput, "{}: '{}' is [{}], one number is expected", file, printable(scale->name),
            fmt::join(scale->stored.type().shape, ", "));
    if (!std::isfinite(scale->stored.toFloats().front()))
        return fail(
            ErrorCode::InvalidInput, "{}: the scale of '{}' is no finite number", file, printable(mask.name));
    const SignPlane plane{
        signsOf(mask.stored, outputs, inputs), Tensor::adoptFloats({1}, scale->stored.toFloats())};
    return signedDifference(TRY(materialise(layer)), std::span(&plane, 1));
}

/// A tensor that lies as the base's does in its file, as models compute with it: [outputs, inputs] for
/// layers.
Result<Tensor> wholeOf(const NamedTensor& there, const NamedTensor& whole, const std::string& file)
{
    const Shape expected = shapeInFile(there), &found = whole.stored.type().shape;
    if (found != expected)
        return fail(
            ErrorCode::InvalidInput, "{}: '{}' is [{}], the base has [{}] there", file, printable(whole.name),
            fmt::join(found, ", "), fmt::join(expected, ", "));
    const bool isTurned = there.layout == Layout::Transposed && there.shape.size() == 2;
    NamedTensor lying{.name = printable(whole.name), .stored = {}, .fileName = {}};
    lying.shape = there.shape;
    lying.layout = isTurned ? Layout::Transposed : Layout::RowMajor;
    lying.stored = Tensor(
        {whole.stored.type().format, isTurned ? Shape{there.shape[1], there.shape[0]} : there.shape},
        whole.stored.bytes(), whole.stored.owner());
    auto made = materialise(lying);
    if (!made)
        return fail(made.error().code, "{}: {}", file, made.error().message);
    return made;
}

} // namespace

Result<ModelFile> tunedFrom(const ModelFile& base, const ModelFile& stateDict)
{
    const std::string file = stateDict.path.filename().string();
    std::map<TensorId, Tensor> tensors;
    std::map<TensorId, LayerReplacement> layers;
    std::set<std::string_view> used;
    for (std::size_t i = 0; i < base.tensors.size(); ++i) {
        const NamedTensor& there = base.tensors[i];
        const std::string& name = there.fileName.empty() ? there.name : there.fileName;
        const std::string layer(before(name, weightEnd));
        if (const NamedTensor* const mask = stateDict.find(layer + std::string(maskEnd));
            mask != nullptr && !layer.empty()) {
            const NamedTensor* const scale = stateDict.find(layer + std::string(scaleEnd));
            layers.emplace(TensorId(i), TRY(layerOf(there, *mask, scale, file)));
            used.insert({mask->name, scale->name});
        } else if (const NamedTensor* const whole = stateDict.find(name)) {
            tensors.emplace(TensorId(i), TRY(wholeOf(there, *whole, file)));
            used.insert(whole->name);
        }
    }
    for (const NamedTensor& tensor : stateDict.tensors)
        if (!used.contains(tensor.name))
            return fail(
                ErrorCode::InvalidInput, "{}: the base has nothing that '{}' belongs to", file,
                printable(tensor.name));
    ModelFile tuned = withTensors(base, tensors, layers);
    tuned.path = stateDict.path;
    tuned.format = stateDict.format;
    tuned.notices.clear();
    return tuned;
}

bool isDifference(const ModelFile& stateDict)
{
    std::set<std::string_view> scaled;
    for (const NamedTensor& tensor : stateDict.tensors)
        if (const std::string_view name = before(tensor.name, scaleEnd); !name.empty())
            scaled.insert(name);
    return std::ranges::any_of(stateDict.tensors, [&](const NamedTensor& tensor) {
        return scaled.contains(before(tensor.name, maskEnd));
    });
}

Result<ModelFile>
overBase(const ModelFile& stateDict, BaseFiles& bases, std::shared_ptr<const ModelFile>* base)
{
    std::string differs;
    for (const std::filesystem::path& path : bases.candidates(stateDict.path, "config.json")) {
        const auto opened = bases.open(path);
        auto tuned = opened ? tunedFrom(**opened, stateDict) : tl::make_unexpected(opened.error());
        if (tuned) {
            tuned->notices.push_back(fmt::format("it holds differences to {}", path.string()));
            if (base != nullptr)
                *base = *opened;
            return tuned;
        }
        differs = tuned.error().message;
    }
    const std::string file = stateDict.path.filename().string();
    if (differs.empty())
        return fail(
            ErrorCode::NotFound,
            "{}: it holds differences to a model that it does not name: name it with --base, or put this "
            "file into that model's folder",
            file);
    return tl::make_unexpected(Error{ErrorCode::InvalidInput, differs});
}

} // namespace tritloom::bitdeltaFile
