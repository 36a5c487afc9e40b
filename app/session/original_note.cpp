#include "app/session/original_note.h"

#include "core/file/base_files.h"
#include "core/store/project_store.h"

#include <algorithm>
#include <charconv>

namespace tritloom {
namespace {

constexpr const char *nameKey = "tritloom.original.name", *contentKeyKey = "tritloom.original.key",
                     *bytesKey = "tritloom.original.bytes";

double bitsOf(std::uint64_t bytes, const Model& model)
{
    return model.parameters() == 0 ? 0 : 8 * double(bytes) / double(model.parameters());
}

} // namespace

double OriginalNote::bitsThen(const Model& compressed) const
{
    return bitsOf(bytes, compressed);
}

double OriginalNote::bitsNow(const Model& compressed)
{
    return bitsOf(compressed.bytes(), compressed);
}

std::string OriginalNote::sentence(const Model& compressed) const
{
    const std::string here = fmt::format("{:.2f}", bitsNow(compressed));
    return bytes == 0
        ? fmt::format("made from {}; over all tensors this file has {} bits a weight", name, here)
        : fmt::format(
            "made from {}, {:.2f} bits a weight over all tensors; this file has {}", name,
            bitsThen(compressed), here);
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

void stateOriginal(ModelFile& file, const Model& original)
{
    if (originalOf(file) || original.file->path.empty())
        return;
    file.metadata.set(nameKey, baseName(original.file->path));
    file.metadata.set(contentKeyKey, hexadecimal(original.key));
    file.metadata.set(
        bytesKey, std::to_string(original.bytes())); // text: some kinds of file hold nothing else
}

std::filesystem::path findOriginal(
    const OriginalNote& note, const ModelFile& file, std::span<const std::filesystem::path> recent)
{
    std::vector<std::filesystem::path> folders{namedPath(file.path).parent_path(), "."};
    for (const std::filesystem::path& path : recent)
        if (const auto folder = namedPath(path).parent_path(); std::ranges::find(folders, folder) == folders.end())
            folders.push_back(folder);
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
