#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tritloom::hdf5 {

/// A message of an object header: what it is about, and its bytes in the file.
struct Message {
    std::uint16_t type = 0;
    std::uint8_t flags = 0;
    std::span<const std::byte> bytes;
};
constexpr std::uint16_t dataspaceMessage = 0x01, datatypeMessage = 0x03, externalFilesMessage = 0x07,
                        layoutMessage = 0x08, symbolTableMessage = 0x11;

/// An object that lies in a group.
struct Link {
    std::string name;
    std::uint64_t header = 0; ///< offset of its object header
};

/// Walks the groups of a file in memory. A file is a graph of offsets, and may point anywhere, itself
/// included: each object is visited once, and all that is read of headers, trees and tables is never more
/// than the file has bytes. One thread.
class Structure {
public:
    Structure(std::span<const std::byte> bytes, const std::string& name)
        : m_bytes(bytes)
        , m_name(name)
    {
    }

    /// The object header of the root group. Errors: InvalidInput, Unsupported (superblock 2 or later, sizes
    /// that are not 8 bytes, a block of the user in front).
    [[nodiscard]] Result<std::uint64_t> root();
    /// The messages of an object header, those of its continuations too. `object` is its path, for messages.
    [[nodiscard]] Result<std::vector<Message>> messages(std::uint64_t header, const std::string& object);
    /// What lies in the group whose symbol-table message this is.
    [[nodiscard]] Result<std::vector<Link>> links(const Message& symbolTable, const std::string& group);

private:
    Result<std::span<const std::byte>>
    part(std::uint64_t offset, std::uint64_t bytes, const char* what, const std::string& object);
    Result<void> visitTree(
        std::uint64_t offset, unsigned level, std::span<const std::byte> heap, const std::string& group,
        std::vector<Link>& links);
    Result<void> visitTable(
        std::uint64_t offset, std::span<const std::byte> heap, const std::string& group,
        std::vector<Link>& links);

    std::span<const std::byte> m_bytes;
    const std::string& m_name;
    std::uint64_t m_read = 0; ///< bytes of structure so far
};

} // namespace tritloom::hdf5
