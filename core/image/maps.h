#pragma once

#include "core/image/picture.h"

#include <span>
#include <string_view>

namespace tritloom {

/// A picture of where two pictures differ.
struct ErrorMap {
    std::string_view id; ///< stable: settings
    std::string_view title; ///< translated in the context "PictureMaps"
    /// One plane as large as the pictures, 0 where they are equal, more where they differ more. Both pictures
    /// have one size. Where a metric says nothing (its border, pictures too small for it) the map is 0.
    Picture (*make)(const Picture& reference, const Picture& test);
};

/// The only list is maps.cpp.
[[nodiscard]] std::span<const ErrorMap> errorMaps();

/// |a - b|, mean over channels.
[[nodiscard]] Picture differenceMap(const Picture& a, const Picture& b);

} // namespace tritloom
