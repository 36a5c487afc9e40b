#pragma once

#include "core/sensitivity/candidate.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tritloom {

/// What a comparison is asked to put side by side. A value.
struct ComparisonRequest {
    std::vector<std::string> formats;
    std::vector<Candidate> methods; ///< their `format` is ignored
    std::vector<std::string> budgets; ///< as parseBudget() takes them
};

/// As a project keeps it: JSON.
[[nodiscard]] std::string requestText(const ComparisonRequest& request);
/// Nothing where it is no such text.
[[nodiscard]] std::optional<ComparisonRequest> parseRequest(std::string_view text);

} // namespace tritloom
