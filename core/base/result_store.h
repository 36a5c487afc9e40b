#pragma once

#include "core/base/key.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tritloom {

/// Small results by key, kept across runs. What is not found is computed again; nothing depends on it.
/// Thread: as the implementation says.
class ResultStore {
public:
    virtual ~ResultStore() = default;
    [[nodiscard]] virtual std::optional<std::vector<std::byte>> find(const Key& key) = 0;
    /// kind: "evaluation", "sensitivity", ... for people who look into the file.
    virtual void put(const Key& key, std::string_view kind, std::span<const std::byte> value) = 0;
};

} // namespace tritloom
