#include "core/file/file_halves.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace tritloom {

namespace fs = std::filesystem;

namespace {

/// The name of the other half of the one that `name` says it is; "" for files that are no half.
std::string partnerOf(const std::string& name)
{
    for (const auto& [mine, other] : {std::pair{"_encoder", "_decoder"}, {"_decoder", "_encoder"}})
        if (const std::size_t at = name.find(mine); at != std::string::npos)
            return std::string(name).replace(at, std::string_view(mine).size(), other);
    return {};
}

bool isThere(const fs::path& path)
{
    std::error_code none;
    return fs::is_regular_file(path, none);
}

} // namespace

std::vector<FileHalf> halvesOf(const fs::path& path)
{
    const std::string name = path.filename().string(), partner = partnerOf(name);
    const fs::path beside = path.parent_path() / partner;
    if (partner.empty() || !isThere(beside))
        return {{path, ""}};
    const bool isEncoder = name.find("_encoder") != std::string::npos;
    return {{isEncoder ? path : beside, "encoder."}, {isEncoder ? beside : path, "decoder."}};
}

std::string missingHalf(const fs::path& path)
{
    const std::string partner = partnerOf(path.filename().string());
    return isThere(path.parent_path() / partner) ? std::string() : partner;
}

std::string halvesNotice(const fs::path& opened, const std::vector<FileHalf>& halves)
{
    const bool isFirst = halves.front().path == opened;
    return fmt::format("{} was opened with it", halves[isFirst ? 1 : 0].path.filename().string());
}

} // namespace tritloom
