#pragma once

#include "core/method/analysis.h"

#include <string>

namespace tritloom {

/// A report as comma-separated values: every table with its title above it, then every chart as rows of
/// series, x, y and the error of y; parts are an empty line apart. Numbers as the report has them.
[[nodiscard]] std::string reportCsv(const Report& report);

} // namespace tritloom
