#include "core/base/mapped_file.h"
#include "core/file/gguf.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace tritloom::gguf {
namespace {

/// "name-00002-of-00003.gguf" taken apart.
struct PartName {
    std::string stem;
    unsigned number = 0, count = 0;

    [[nodiscard]] std::string of(unsigned part) const
    {
        return fmt::format("{}-{:05}-of-{:05}.gguf", stem, part, count);
    }
};

std::optional<PartName> partName(const std::string& fileName)
{
    constexpr std::string_view tail = "-00001-of-00003.gguf";
    if (fileName.size() <= tail.size())
        return std::nullopt;
    PartName part{.stem = fileName.substr(0, fileName.size() - tail.size())};
    const char* const digits = fileName.data() + part.stem.size() + 1;
    const auto number = std::from_chars(digits, digits + 5, part.number);
    const auto count = std::from_chars(digits + 9, digits + 14, part.count);
    if (number.ptr != digits + 5 || count.ptr != digits + 14 || part.of(part.number) != fileName)
        return std::nullopt;
    if (part.number < 1 || part.number > part.count)
        return std::nullopt;
    return part;
}

Result<ModelFile> readOne(const std::filesystem::path& path)
{
    const auto file = TRY(MappedFile::open(path));
    return parse(file->bytes(), path.filename().string(), file);
}

} // namespace

Result<ModelFile> read(const std::filesystem::path& path)
{
    const std::string fileName = path.filename().string();
    const std::optional<PartName> part = partName(fileName);
    if (!part || part->count == 1)
        return readOne(path);

    const std::filesystem::path first = path.parent_path() / part->of(1);
    ModelFile model = TRY(readOne(first));
    const auto count = model.metadata.integer("split.count");
    if (count && *count != part->count)
        return fail(
            ErrorCode::InvalidInput, "{}: split.count is {}, the file name says {}", part->of(1), *count,
            part->count);
    std::unordered_set<std::string> names;
    for (const NamedTensor& tensor : model.tensors)
        names.insert(tensor.name);
    for (unsigned i = 2; i <= part->count; ++i) {
        ModelFile next = TRY(readOne(path.parent_path() / part->of(i)));
        for (NamedTensor& tensor : next.tensors) {
            if (!names.insert(tensor.name).second)
                return fail(
                    ErrorCode::InvalidInput, "{}: tensor '{}' stands in an earlier part too", part->of(i),
                    tensor.name);
            model.tensors.push_back(std::move(tensor));
        }
    }
    const auto tensorCount = model.metadata.integer("split.tensors.count");
    if (tensorCount && *tensorCount != static_cast<std::int64_t>(model.tensors.size()))
        return fail(
            ErrorCode::InvalidInput, "{}: split.tensors.count is {}, the parts have {} tensors", part->of(1),
            *tensorCount, model.tensors.size());
    for (const char* key : {"split.no", "split.count", "split.tensors.count"})
        model.metadata.remove(key); // true of the parts, not of the whole
    return model;
}

} // namespace tritloom::gguf
