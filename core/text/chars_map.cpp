#include "core/text/chars_map.h"

#include "core/base/utf8.h"

#include <cstring>
#include <optional>

namespace tritloom {
namespace {

// Units of Darts-clone's double array: what a node says of itself and where its children are.
bool hasLeaf(std::uint32_t unit)
{
    return (unit >> 8 & 1) != 0;
}
std::uint32_t valueOf(std::uint32_t unit)
{
    return unit & 0x7fffffffu;
}
std::uint32_t labelOf(std::uint32_t unit)
{
    return unit & 0x800000ffu;
}
std::uint32_t offsetOf(std::uint32_t unit)
{
    return unit >> 10 << ((unit & 0x200u) >> 6);
}

} // namespace

Result<CharsMap> CharsMap::read(std::span<const std::uint8_t> blob)
{
    CharsMap map;
    if (blob.empty())
        return map;
    std::uint32_t bytes = 0;
    if (blob.size() > sizeof bytes)
        std::memcpy(&bytes, blob.data(), sizeof bytes);
    if (bytes == 0 || bytes % 4 != 0 || bytes >= blob.size() - sizeof bytes || blob.back() != 0)
        return fail(
            ErrorCode::InvalidInput,
            "the normalizer's table has {} bytes, {} of them a trie, which cannot be", blob.size(), bytes);
    map.m_units.resize(bytes / 4);
    std::memcpy(map.m_units.data(), blob.data() + sizeof bytes, bytes);
    const auto rest = blob.subspan(sizeof bytes + bytes);
    map.m_replacements.assign(rest.begin(), rest.end());
    return map;
}

std::pair<std::string_view, std::size_t> CharsMap::replace(std::string_view text) const
{
    std::optional<std::uint32_t> found;
    std::size_t length = 0, node = 0;
    if (!m_units.empty()) {
        node = offsetOf(m_units[0]);
        for (std::size_t i = 0; i < text.size(); ++i) {
            const auto byte = static_cast<unsigned char>(text[i]);
            node ^= byte;
            if (byte == 0 || node >= m_units.size() || labelOf(m_units[node]) != byte)
                break;
            const std::uint32_t unit = m_units[node];
            node ^= offsetOf(unit);
            if (hasLeaf(unit) && node < m_units.size()) {
                found = valueOf(m_units[node]);
                length = i + 1;
            }
        }
    }
    if (found && *found < m_replacements.size())
        return {m_replacements.data() + *found, length}; // up to its zero
    const std::size_t size = utf8Length(text[0]);
    if (size <= text.size() && isUtf8(text.substr(0, size)))
        return {text.substr(0, size), size};
    return {"\xEF\xBF\xBD", 1};
}

} // namespace tritloom
