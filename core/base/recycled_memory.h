#pragma once

#include <cstddef>
#include <memory>

namespace tritloom {

/// Memory for a while: aligned to 64 bytes, in huge pages where it is large, not zeroed. What comes from the
/// system page by page is dear, so memory that was given back is used again; up to 128 MB lie idle. Any
/// thread. Throws: std::bad_alloc.
[[nodiscard]] std::shared_ptr<void> recycledMemory(std::size_t bytes);

} // namespace tritloom
