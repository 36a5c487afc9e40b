#pragma once

#include "app/session/benchmark.h"

#include <QJsonObject>

namespace tritloom {

/// A row as the command line prints it and a project keeps it: rates per second, seconds, shares of 1.
[[nodiscard]] QJsonObject toJson(const BenchmarkRow& row);
[[nodiscard]] BenchmarkRow benchmarkRow(const QJsonObject& json); ///< what is missing is 0

/// One line a row, with a header; decimal points whatever the language.
[[nodiscard]] std::string benchmarkCsv(std::span<const BenchmarkRow> rows);

} // namespace tritloom
