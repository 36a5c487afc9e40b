#include "core/file/hdf5_structure.h"

#include "core/base/checked.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <cstring>

namespace tritloom::hdf5 {
namespace {

constexpr std::size_t longestName = 1024;
constexpr unsigned deepestTree = 32; ///< levels; a tree of two children a node already names 2^32 objects

template <typename T>
T numberAt(std::span<const std::byte> bytes, std::size_t offset) // the caller has checked the size
{
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

bool begins(std::span<const std::byte> bytes, std::string_view signature)
{
    return bytes.size() >= signature.size()
        && std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

} // namespace

Result<std::span<const std::byte>>
Structure::part(std::uint64_t offset, std::uint64_t bytes, const char* what, const std::string& object)
{
    if (offset > m_bytes.size() || bytes > m_bytes.size() - offset)
        return fail(
            ErrorCode::InvalidInput, "{}: the {} of '{}' is {} bytes at {}, the file has {}", m_name, what,
            object, bytes, offset, m_bytes.size());
    // Whatever points where: no file describes more structure than it has bytes, unless parts are read twice.
    m_read += bytes;
    if (m_read > m_bytes.size())
        return fail(
            ErrorCode::InvalidInput, "{}: its groups overlap or lead back to themselves, at the {} of '{}'",
            m_name, what, object);
    return m_bytes.subspan(std::size_t(offset), std::size_t(bytes));
}

Result<std::uint64_t> Structure::root()
{
    const auto version = m_bytes.size() > 8 ? std::to_integer<unsigned>(m_bytes[8]) : 0;
    if (version > 1)
        return fail(
            ErrorCode::Unsupported,
            "{}: its superblock has version {}, only 0 and 1 are read: save it with h5py's libver='earliest'",
            m_name, version);
    // Version 1 has a size for chunks and two reserved bytes more.
    const std::size_t more = version == 1 ? 4 : 0;
    const auto block = TRY(part(0, 96 + more, "superblock", "/"));
    if (std::to_integer<unsigned>(block[13]) != 8 || std::to_integer<unsigned>(block[14]) != 8)
        return fail(
            ErrorCode::Unsupported, "{}: its offsets and lengths have {} and {} bytes, only 8 are read",
            m_name, std::to_integer<unsigned>(block[13]), std::to_integer<unsigned>(block[14]));
    const auto base = numberAt<std::uint64_t>(block, 24 + more),
               end = numberAt<std::uint64_t>(block, 40 + more);
    if (base != 0)
        return fail(
            ErrorCode::Unsupported, "{}: its offsets count from byte {}, only from 0 is read", m_name, base);
    if (end > m_bytes.size())
        return fail(
            ErrorCode::InvalidInput, "{}: the file has {} bytes of {}, it was cut off", m_name,
            m_bytes.size(), end);
    return numberAt<std::uint64_t>(block, 64 + more);
}

Result<std::vector<Message>> Structure::messages(std::uint64_t header, const std::string& object)
{
    const auto prefix = TRY(part(header, 16, "object header", object));
    const auto version = std::to_integer<unsigned>(prefix[0]);
    if (begins(prefix, "OHDR"))
        return fail(
            ErrorCode::Unsupported,
            "{}: '{}' has an object header of version 2, only 1 is read: save it with h5py's "
            "libver='earliest'",
            m_name, object);
    if (version != 1)
        return fail(
            ErrorCode::InvalidInput, "{}: '{}' has an object header of version {} at {}", m_name, object,
            version, header);
    const std::size_t count = numberAt<std::uint16_t>(prefix, 2);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> blocks{
        {header + 16, numberAt<std::uint32_t>(prefix, 8)}};
    std::vector<Message> messages;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        auto rest = TRY(part(blocks[b].first, blocks[b].second, "object header", object));
        while (rest.size() >= 8 && messages.size() < count) {
            const Message message{
                numberAt<std::uint16_t>(rest, 0), numberAt<std::uint8_t>(rest, 4),
                rest.subspan(8).first(
                    std::min<std::size_t>(numberAt<std::uint16_t>(rest, 2), rest.size() - 8))};
            if (message.bytes.size() != numberAt<std::uint16_t>(rest, 2))
                return fail(
                    ErrorCode::InvalidInput, "{}: a message of '{}' has {} bytes, its header {} more", m_name,
                    object, numberAt<std::uint16_t>(rest, 2), message.bytes.size());
            if (message.type == 0x10 && message.bytes.size() >= 16) // the header goes on elsewhere
                blocks.emplace_back(
                    numberAt<std::uint64_t>(message.bytes, 0), numberAt<std::uint64_t>(message.bytes, 8));
            rest = rest.subspan(8 + message.bytes.size());
            messages.push_back(message);
        }
    }
    return messages;
}

Result<std::vector<Link>> Structure::links(const Message& symbolTable, const std::string& group)
{
    if (symbolTable.bytes.size() < 16)
        return fail(
            ErrorCode::InvalidInput, "{}: the group '{}' does not say where its objects are", m_name, group);
    const auto tree = numberAt<std::uint64_t>(symbolTable.bytes, 0),
               heap = numberAt<std::uint64_t>(symbolTable.bytes, 8);
    const auto head = TRY(part(heap, 32, "local heap", group));
    if (!begins(head, "HEAP"))
        return fail(ErrorCode::InvalidInput, "{}: there is no local heap of '{}' at {}", m_name, group, heap);
    const auto names =
        TRY(part(numberAt<std::uint64_t>(head, 24), numberAt<std::uint64_t>(head, 8), "local heap", group));
    std::vector<Link> links;
    TRY_VOID(visitTree(tree, deepestTree, names, group, links));
    return links;
}

// level: those below the node's parent; the root may have any.
Result<void> Structure::visitTree(
    std::uint64_t offset, unsigned level, std::span<const std::byte> heap, const std::string& group,
    std::vector<Link>& links)
{
    const auto head = TRY(part(offset, 24, "B-tree", group));
    const auto depth = std::to_integer<unsigned>(head[5]);
    if (!begins(head, "TREE") || head[4] != std::byte{0})
        return fail(ErrorCode::InvalidInput, "{}: there is no B-tree of '{}' at {}", m_name, group, offset);
    if (level == deepestTree ? depth >= deepestTree : depth + 1 != level)
        return fail(
            ErrorCode::InvalidInput, "{}: the B-tree of '{}' has a node of level {} at {}, where none can be",
            m_name, group, depth, offset);
    const std::size_t count = numberAt<std::uint16_t>(head, 6);
    const auto entries = TRY(part(offset + 24, 8 + 16 * count, "B-tree", group)); // key, child, key, ... key
    for (std::size_t i = 0; i < count; ++i) {
        const auto child = numberAt<std::uint64_t>(entries, 8 + 16 * i);
        if (depth == 0)
            TRY_VOID(visitTable(child, heap, group, links));
        else
            TRY_VOID(visitTree(child, depth, heap, group, links));
    }
    return {};
}

Result<void> Structure::visitTable(
    std::uint64_t offset, std::span<const std::byte> heap, const std::string& group, std::vector<Link>& links)
{
    constexpr std::size_t entryBytes = 40;
    const auto head = TRY(part(offset, 8, "symbol table", group));
    if (!begins(head, "SNOD"))
        return fail(
            ErrorCode::InvalidInput, "{}: there is no symbol table of '{}' at {}", m_name, group, offset);
    const std::size_t count = numberAt<std::uint16_t>(head, 6);
    const auto entries = TRY(part(offset + 8, entryBytes * count, "symbol table", group));
    for (std::size_t i = 0; i < count; ++i) {
        const auto entry = entries.subspan(entryBytes * i, entryBytes);
        const auto at = numberAt<std::uint64_t>(entry, 0);
        auto text = at < heap.size() ? heap.subspan(std::size_t(at)) : std::span<const std::byte>();
        text = text.first(std::min(text.size(), longestName + 1));
        const void* const end = text.empty() ? nullptr : std::memchr(text.data(), 0, text.size());
        if (end == nullptr)
            return fail(
                ErrorCode::InvalidInput,
                "{}: object {} of '{}' has no name within {} bytes at {} of a heap of {}", m_name, i, group,
                longestName, at, heap.size());
        const char* const name = reinterpret_cast<const char*>(text.data());
        Link link{
            printable({name, std::size_t(static_cast<const char*>(end) - name)}),
            numberAt<std::uint64_t>(entry, 8)};
        if (link.name.empty() || link.name.find('/') != std::string::npos)
            return fail(
                ErrorCode::InvalidInput, "{}: an object of '{}' is called '{}'", m_name, group, link.name);
        if (numberAt<std::uint32_t>(entry, 16) == 2)
            return fail(
                ErrorCode::Unsupported, "{}: '{}/{}' is a symbolic link, which is not followed", m_name,
                group, link.name);
        links.push_back(std::move(link));
    }
    return {};
}

} // namespace tritloom::hdf5
