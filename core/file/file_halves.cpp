#include "core/file/file_halves.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace tritloom {

namespace fs = std::filesystem;

std::vector<FileHalf> halvesOf(const fs::path& path)
{
    const std::string name = path.filename().string();
    for (const auto& [mine, other] : {std::pair{"_encoder", "_decoder"}, {"_decoder", "_encoder"}}) {
        const std::size_t at = name.find(mine);
        if (at == std::string::npos)
            continue;
        const std::string partner = std::string(name).replace(at, std::string_view(mine).size(), other);
        std::error_code none;
        if (!fs::is_regular_file(path.parent_path() / partner, none))
            break;
        const bool isEncoder = std::string_view(mine) == "_encoder";
        const fs::path beside = path.parent_path() / partner;
        return {{isEncoder ? path : beside, "encoder."}, {isEncoder ? beside : path, "decoder."}};
    }
    return {{path, ""}};
}

std::string halvesNotice(const fs::path& opened, const std::vector<FileHalf>& halves)
{
    const bool isFirst = halves.front().path == opened;
    return fmt::format("{} was opened with it", halves[isFirst ? 1 : 0].path.filename().string());
}

} // namespace tritloom
