#pragma once

#include "core/image/picture.h"

#include <filesystem>
#include <optional>

namespace tritloom {

/// Pictures of MNIST's idx format, "...images-idx3-ubyte" and beside it "...labels-idx1-ubyte", plain or gzip.
struct IdxPictures {
    std::vector<Picture> pictures; ///< one channel, 0..1
    std::vector<std::size_t> labels; ///< empty when there is no file of them
};

/// The idx files of a folder (in the order of their names); nullopt when there are none.
/// Errors: Io, InvalidInput (sizes that do not fit the file).
[[nodiscard]] Result<std::optional<IdxPictures>> readIdx(const std::filesystem::path& folder);

} // namespace tritloom
