#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace tritloom {

/// A file mapped read-only into memory; its bytes are read from disk when they are touched.
/// Immutable, shared between threads. Whoever keeps a view of the bytes keeps the shared_ptr.
/// A file that another program shortens while it is mapped ends the process when the lost part is touched.
class MappedFile {
public:
    /// Errors: NotFound, Io (folder, no permission), each with the path. An empty file is mapped as no bytes.
    [[nodiscard]] static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::span<const std::byte> bytes() const { return m_bytes; }

    /// The pages of `part` are not needed for now where they lie in a mapped file: memory may be given back,
    /// and they are read anew when they are touched. Nothing happens to other memory. Any thread.
    static void doneWith(std::span<const std::byte> part);

private:
    explicit MappedFile(std::span<const std::byte> bytes);
    std::span<const std::byte> m_bytes;
};

} // namespace tritloom
