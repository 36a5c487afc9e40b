#include "app/session/published_recipe.h"

#include "core/base/mapped_file.h"
#include "core/file/ternary_codes.h"
#include "core/format/row_group.h"

#include <algorithm>
#include <map>
#include <set>

namespace tritloom {
namespace {

constexpr std::string_view head = "output.weight", embedding = "token_embd.weight";

Result<LayerChoice> choiceOf(const Model& published, const Layer& layer, const std::string& name)
{
    const NamedTensor& tensor = published.tensor(layer.tensor);
    if (tensor.replacement)
        return fail(
            ErrorCode::Unsupported,
            "{}: '{}' is stored as several matrices, which no recipe can say of another file", name,
            layer.name);
    const bool isTernary = tensor.layout == Layout::TernaryRows
        || (tensor.packed
            && (tensor.packed->order == PackedMatrix::Order::Latent
                || ternaryCodes::find(tensor.packed->order)));
    if (isTernary) // one scale for the whole matrix: the mean magnitude, as BitNet trains
        return LayerChoice{fmt::format("ternaryg{}", rowGroup(layer.columns)), "ternary", {{"absmean", 1.0}}};
    const NumberFormatPtr& format = storedFormat(tensor);
    if (format->isFloat())
        return LayerChoice{format->id(), "rtn", {}};
    if (!format->isWritable())
        return fail(
            ErrorCode::Unsupported, "{}: '{}' is stored as {}, which can be read here but not written", name,
            layer.name, format->id());
    if (tensor.packed)
        return LayerChoice{
            format->id(), tensor.packed->order == PackedMatrix::Order::Columns ? "gptq" : "rtn", {}};
    if (published.file->format != "gguf")
        return LayerChoice{format->id(), "rtn", {}};
    // llama-quantize leaves the name of the importance matrix behind; without one it takes ggml's plain
    // encoder.
    if (published.file->metadata.find("quantize.imatrix.file") != nullptr)
        return LayerChoice{format->id(), "imatrix", {}};
    return LayerChoice{format->id(), "rtn", {{"search", 0.0}}};
}

/// What the choice means for a layer that is stored in `storedFormat`: the same numbers again, or wider
/// floats, are the layer as it is.
LayerChoice against(LayerChoice choice, const std::string& storedFormat)
{
    const bool plain = choice.format == "f16" || choice.format == "bf16" || choice.format == "f32";
    if (choice.format == storedFormat || (plain && choice.format == "f32"))
        return {};
    return choice;
}

} // namespace

bool looksLikeRecipe(const std::filesystem::path& path)
{
    std::error_code error;
    const std::string name = path.filename().string();
    if (std::filesystem::is_directory(path, error) || name == "config.json"
        || name == "model.safetensors.index.json")
        return false;
    if (path.extension() == ".json")
        return true; // whatever is in it: no model begins with a list or a number
    const auto file = MappedFile::open(path);
    if (!file || (*file)->bytes().empty())
        return true; // what cannot be read or is empty is told about as a recipe
    constexpr std::size_t enough = 64;
    const std::string_view start(
        reinterpret_cast<const char*>((*file)->bytes().data()), std::min(enough, (*file)->bytes().size()));
    const std::size_t first = start.find_first_not_of(" \t\r\n");
    // The length that a safetensors file begins with may look like a brace, but it has zeros behind it.
    return start.find('\0') == std::string::npos && (first == std::string::npos || start[first] == '{');
}

Result<std::vector<RecipeEntry>> publishedEntries(const Model& published, const std::string& name)
{
    std::vector<RecipeEntry> entries;
    for (const Layer& layer : published.layers)
        entries.push_back({layer.name, TRY(choiceOf(published, layer, name)), {layer.rows, layer.columns}});
    return entries;
}

Result<Allocation> publishedRecipe(const Model& model, const Model& published, const std::string& name)
{
    std::map<std::string, const Layer*> byName;
    for (const Layer& layer : published.layers)
        byName[layer.name] = &layer;
    Allocation allocation = model.original();
    std::set<const Layer*> taken;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.layers[i];
        auto found = byName.find(layer.name);
        if (found == byName.end() && layer.name == head)
            found = byName.find(std::string(embedding)); // the head is the embedding again
        if (found == byName.end())
            return fail(
                ErrorCode::InvalidInput,
                "{}: it has no layer '{}', so it was not made of this model (it has {} layers, the model {})",
                name, layer.name, published.layers.size(), model.layers.size());
        const Layer& there = *found->second;
        if (there.rows != layer.rows || there.columns != layer.columns)
            return fail(
                ErrorCode::InvalidInput, "{}: layer '{}' is [{}, {}] there and [{}, {}] in the model", name,
                layer.name, there.rows, there.columns, layer.rows, layer.columns);
        allocation.layers[i] = against(TRY(choiceOf(published, there, name)), layer.storedFormat);
        taken.insert(&there);
    }
    for (const Layer& layer : published.layers)
        if (!taken.contains(&layer))
            return fail(
                ErrorCode::InvalidInput, "{}: it has a layer '{}', which the model does not have{}", name,
                layer.name, layer.name == head ? " (its head is its embedding)" : "");
    return allocation;
}

} // namespace tritloom
