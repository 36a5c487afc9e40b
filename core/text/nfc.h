#pragma once

#include <string>
#include <string_view>

namespace tritloom {

/// The text in Unicode's normal form C: letters and their marks composed. Text that is no UTF-8 stays as it
/// is.
[[nodiscard]] std::string toNfc(std::string_view text);

} // namespace tritloom
