#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <span>

namespace SQLite {
class Database;
}

namespace tritloom {

/// Whether a file lies there, or nothing. Errors: Io (a folder, a device or pipe, which is not waited for).
[[nodiscard]] Result<void> checkFileOrNew(const std::filesystem::path& path);

/// Whether a file's tables are those that the migrations make and nothing else: one with the right numbers in
/// its head may still lack a table, or do something of its own whenever a row is written. path: for the
/// message. Errors: InvalidInput, with the first that is missing or too much. Throws what the library throws.
[[nodiscard]] Result<void> checkSchema(
    SQLite::Database& database, std::span<const char* const> migrations, const std::filesystem::path& path);

} // namespace tritloom
