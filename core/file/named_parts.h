#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace tritloom {

/// Bytes of a file that another file names.
struct NamedPart {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner; ///< keeps them
};
/// Gives the part of that name. Errors: NotFound, Io, InvalidInput.
using NamedParts = std::function<Result<NamedPart>(const std::string& name)>;

/// Files beside a manifest, mapped. The names come out of the manifest: those that lead out of the folder are
/// refused. Errors: InvalidInput (such a name), NotFound, Io.
[[nodiscard]] NamedParts partsOf(const std::filesystem::path& folder);

/// The begin of a file, at most 4096 bytes; empty when it is none or cannot be read.
[[nodiscard]] std::string beginOf(const std::filesystem::path& file);

} // namespace tritloom
