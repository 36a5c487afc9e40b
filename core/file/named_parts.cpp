#include "core/file/named_parts.h"

#include "core/base/mapped_file.h"

#include <algorithm>

namespace tritloom {

NamedParts partsOf(const std::filesystem::path& folder)
{
    return [folder](const std::string& name) -> Result<NamedPart> {
        const std::filesystem::path path(name);
        const bool leavesFolder = std::ranges::find(path, std::filesystem::path("..")) != path.end();
        if (name.empty() || path.has_root_path() || leavesFolder
            || name.find_first_of(":\\") != std::string::npos || name.find('\0') != std::string::npos)
            return fail(
                ErrorCode::InvalidInput, "{}: the file '{}' that it names lies outside of the folder",
                folder.filename().string(), name);
        auto file = TRY(MappedFile::open(folder / path));
        const auto bytes = file->bytes();
        return NamedPart{bytes, std::move(file)};
    };
}

std::string beginOf(const std::filesystem::path& file)
{
    std::error_code none;
    if (!std::filesystem::is_regular_file(file, none))
        return {};
    const auto mapped = MappedFile::open(file);
    if (!mapped)
        return {};
    const auto bytes = (*mapped)->bytes().first(std::min<std::size_t>((*mapped)->bytes().size(), 4096));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace tritloom
