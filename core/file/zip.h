#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tritloom::zip {

/// A file inside an archive, as the central directory has it.
struct Entry {
    std::string name;
    std::span<const std::byte> packed; ///< where its bytes lie in the archive
    std::size_t bytes = 0; ///< unpacked
    bool isDeflated = false; ///< else `packed` are the bytes
};

[[nodiscard]] bool looksLike(std::span<const std::byte> head);

/// All files of an archive that is in memory. Errors: InvalidInput (no archive, entries outside of it, a name twice),
/// Unsupported (encryption, other packings, archives beyond 4 GB).
[[nodiscard]] Result<std::vector<Entry>> entries(std::span<const std::byte> archive, const std::string& name);

/// The bytes of an entry. name: of the archive. Errors: InvalidInput (damaged, or larger than it says).
[[nodiscard]] Result<std::vector<std::byte>> unpacked(const Entry& entry, const std::string& name);

} // namespace tritloom::zip
