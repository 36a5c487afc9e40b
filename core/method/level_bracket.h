#pragma once

#include "core/method/row_state.h"

#include <cstdint>

namespace tritloom {

/// The codes of the levels around a value; equal where it lies outside of all.
struct LevelBracket {
    std::uint16_t lower = 0, upper = 0;
};

/// Of a row whose block at `column` is fitted.
[[nodiscard]] LevelBracket levelBracket(const RowState& row, std::size_t column, float value);

} // namespace tritloom
