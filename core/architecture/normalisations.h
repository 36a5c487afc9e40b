#pragma once

#include "core/architecture/picture_model.h"

/// The usual ways to give pictures to networks, all known; guessed() makes one that is not.
namespace tritloom::normalisations {

inline constexpr Normalisation unit{.isKnown = true}; ///< 0..1
inline constexpr Normalisation bytes{.range = 255, .isKnown = true}; ///< 0..255
inline constexpr Normalisation signedUnit{
    .range = 2, .mean = {1, 1, 1}, .deviation = {1, 1, 1}, .isKnown = true}; ///< -1..1
inline constexpr Normalisation aroundZero{
    .range = 1, .mean = {0.5, 0.5, 0.5}, .deviation = {1, 1, 1}, .isKnown = true}; ///< -0.5..0.5
/// Bytes around 0, as single-shot detectors take them.
inline constexpr Normalisation signedBytes{
    .range = 255, .mean = {127, 127, 127}, .deviation = {128, 128, 128}, .isKnown = true};
/// By the means and deviations of ImageNet's training pictures.
inline constexpr Normalisation imageNet{
    .range = 1, .mean = {0.485, 0.456, 0.406}, .deviation = {0.229, 0.224, 0.225}, .isKnown = true};

} // namespace tritloom::normalisations

namespace tritloom {

[[nodiscard]] constexpr Normalisation guessed(Normalisation known)
{
    known.isKnown = false;
    return known;
}

} // namespace tritloom
