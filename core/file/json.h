#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tritloom {

using Json = nlohmann::json;

/// JSON from a file of unknown origin. `name` stands in messages.
/// Errors: InvalidInput (syntax, not UTF-8, a key twice in one object, nested deeper than 64).
[[nodiscard]] Result<Json> parseJson(std::string_view text, std::string_view name);

/// A whole file. Errors: as parseJson; NotFound, Io; InvalidInput when it is larger than `largest` bytes.
[[nodiscard]] Result<Json> readJson(const std::filesystem::path& path, std::size_t largest = 64u << 20);

/// Member `key` of an object, when it is there and of that kind; integers only from whole numbers.
[[nodiscard]] const Json* jsonMember(const Json& object, std::string_view key); ///< null: absent or JSON null
[[nodiscard]] std::optional<std::int64_t> jsonInteger(const Json& object, std::string_view key);
[[nodiscard]] std::optional<double> jsonNumber(const Json& object, std::string_view key);
[[nodiscard]] std::optional<bool> jsonBoolean(const Json& object, std::string_view key);
/// For sentences: on one line, cut off after 60 bytes.
[[nodiscard]] std::string jsonShown(const Json& value);
[[nodiscard]] std::optional<std::string> jsonText(const Json& object, std::string_view key);

} // namespace tritloom
