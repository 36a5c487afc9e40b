#pragma once

#include "canvas.h"

#include <string>

namespace sample {

/// Writes a picture, or several side by side in rows of `columns`. Throws std::runtime_error with the path.
void writePng(const std::string& path, const Canvas&);
void writeSheet(const std::string& path, const std::vector<Canvas>&, int columns);

} // namespace sample
