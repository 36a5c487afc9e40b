#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tritloom {

/// Removes what exports that were killed left in a folder, and gives a sentence for each of them. Any thread.
[[nodiscard]] std::vector<std::string> removeLeft(const std::filesystem::path& folder);

} // namespace tritloom
