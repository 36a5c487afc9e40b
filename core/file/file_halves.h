#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tritloom {

/// A file of tensors, and what is put before their names.
struct FileHalf {
    std::filesystem::path path;
    std::string prefix;
};

/// Autoencoders come as NAME_encoder and NAME_decoder, in files of their own: both where both are there, with
/// "encoder." and "decoder." before the names; else the file alone, as it is. Reads folders only.
[[nodiscard]] std::vector<FileHalf> halvesOf(const std::filesystem::path& path);

/// The name of the other half where the file's name says that it is one and the other is not beside it, else "".
[[nodiscard]] std::string missingHalf(const std::filesystem::path& path);

/// What is said to whoever opened one of the two.
[[nodiscard]] std::string halvesNotice(const std::filesystem::path& opened, const std::vector<FileHalf>& halves);

} // namespace tritloom
