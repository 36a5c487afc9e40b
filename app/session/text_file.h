#pragma once

#include "core/base/result.h"

#include <QString>

#include <string>

namespace tritloom {

/// Writes the whole file or leaves what was there. Errors: Io, with the file's name.
[[nodiscard]] Result<void> writeTextFile(const QString& path, const std::string& text);

} // namespace tritloom
