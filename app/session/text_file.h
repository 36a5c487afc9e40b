#pragma once

#include "core/base/result.h"

#include <QString>

#include <filesystem>
#include <string>

namespace tritloom {

/// The whole file. Errors: NotFound, Io (a folder; a device or pipe, which is not waited for).
[[nodiscard]] Result<std::string> readTextFile(const std::filesystem::path& path);

/// Writes the whole file or leaves what was there. Errors: Io, with the file's name.
[[nodiscard]] Result<void> writeTextFile(const QString& path, const std::string& text);

/// Where a file of this name is written: at the end of a link, which stays one. Of links in a circle: the
/// name.
[[nodiscard]] std::filesystem::path endOfLinks(std::filesystem::path path);

/// Whether writeTextFile() could begin: asked before long work whose result goes there. Writes nothing.
[[nodiscard]] Result<void> checkWritable(const QString& path);

/// A cell of comma-separated values, in quotation marks where it needs them.
[[nodiscard]] std::string csvCell(const std::string& text);

} // namespace tritloom
