#pragma once

#include <cstddef>
#include <vector>

namespace tritloom {

/// values [rows, columns] as [columns, rows].
template <typename T>
[[nodiscard]] std::vector<T> transposed(const std::vector<T>& values, std::size_t rows, std::size_t columns)
{
    std::vector<T> turned(values.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            turned[c * rows + r] = values[r * columns + c];
    return turned;
}

} // namespace tritloom
