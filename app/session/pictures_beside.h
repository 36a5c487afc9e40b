#pragma once

#include <filesystem>

namespace tritloom {

/// The pictures that lie beside a model, as they do beside the samples: the folder "evaluation" to measure on
/// and the folder "calibration" for methods to learn from. Empty where there is none.
struct PicturesBeside {
    std::filesystem::path evaluation, calibration;
};
[[nodiscard]] PicturesBeside picturesBeside(const std::filesystem::path& model);

} // namespace tritloom
