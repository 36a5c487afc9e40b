#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tritloom {

/// Takes out options that are larger than what is stored, which cost quality and bytes, unless all are.
/// candidates: goes with the options.
template <typename Option>
void dropWider(std::vector<Option>& options, std::vector<std::size_t>& candidates, std::uint64_t storedBytes)
{
    const auto isWider = [&](const Option& option) { return option.bytes > storedBytes; };
    if (std::ranges::all_of(options, isWider))
        return;
    for (std::size_t i = options.size(); i-- > 0;)
        if (isWider(options[i])) {
            options.erase(options.begin() + std::ptrdiff_t(i));
            candidates.erase(candidates.begin() + std::ptrdiff_t(i));
        }
}

} // namespace tritloom
