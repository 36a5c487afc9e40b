#include "app/session/original_note.h"

#include "core/store/project_store.h"

#include <charconv>

namespace tritloom {
namespace {

constexpr const char *nameKey = "tritloom.original.name", *contentKeyKey = "tritloom.original.key",
                     *bytesKey = "tritloom.original.bytes";

double bitsPerWeight(std::uint64_t bytes, std::size_t parameters)
{
    return parameters == 0 ? 0 : 8 * double(bytes) / double(parameters);
}

} // namespace

std::string OriginalNote::sentence(const Model& compressed) const
{
    const std::size_t parameters = compressed.parameters();
    const std::string here = fmt::format("{:.2f}", bitsPerWeight(compressed.bytes(), parameters));
    return bytes == 0
        ? fmt::format("made from {}; over all tensors this file has {} bits a weight", name, here)
        : fmt::format(
            "made from {}, {:.2f} bits a weight over all tensors; this file has {}", name,
            bitsPerWeight(bytes, parameters), here);
}

std::optional<OriginalNote> originalOf(const ModelFile& file)
{
    const auto name = file.metadata.text(nameKey), key = file.metadata.text(contentKeyKey);
    if (!name || !key || name->empty())
        return std::nullopt;
    OriginalNote note{*name, *key};
    const std::string bytes = file.metadata.text(bytesKey).value_or("");
    std::from_chars(bytes.data(), bytes.data() + bytes.size(), note.bytes);
    return note;
}

void stateOriginal(ModelFile& file, const Model& model, BaseFiles& bases)
{
    if (originalOf(file) || model.file->path.empty())
        return;
    // As it lies there: a transform has changed what is in memory.
    std::shared_ptr<const Model> stored;
    if (auto opened = openModel(model.file->path, bases))
        stored = makeModel(std::move(*opened));
    const Model& original = stored ? *stored : model;
    file.metadata.set(nameKey, baseName(original.file->path));
    file.metadata.set(contentKeyKey, hexadecimal(original.key));
    file.metadata.set(
        bytesKey, std::to_string(original.bytes())); // text: some kinds of file hold nothing else
}

std::filesystem::path findOriginal(const OriginalNote& note, std::span<const std::filesystem::path> folders)
{
    for (const std::filesystem::path& folder : folders) {
        // A name that leads elsewhere is none that was written.
        const std::filesystem::path path = folder / std::filesystem::path(note.name).filename();
        std::error_code none;
        if (!std::filesystem::exists(path, none))
            continue;
        if (const auto model = loadModel(path); model && hexadecimal((*model)->key) == note.key)
            return path;
    }
    return {};
}

} // namespace tritloom
