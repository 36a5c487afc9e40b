#include "app/session/pictures_beside.h"

namespace tritloom {

PicturesBeside picturesBeside(const std::filesystem::path& model)
{
    const std::filesystem::path folder = std::filesystem::absolute(model).parent_path();
    const auto existing = [&](const char* name) {
        std::error_code none;
        return std::filesystem::is_directory(folder / name, none) ? folder / name : std::filesystem::path();
    };
    return {existing("evaluation"), existing("calibration")};
}

} // namespace tritloom
