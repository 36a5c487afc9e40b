#include "core/file/zip.h"

#include "core/base/byte_reader.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace tritloom::zip {
namespace {

constexpr std::uint32_t localMagic = 0x04034b50, centralMagic = 0x02014b50, endMagic = 0x06054b50;
constexpr std::size_t endBytes = 22;
constexpr std::size_t mostUnpacked = std::size_t{1} << 32;

/// Where the directory is: the last record that can be its end, within the 64 KiB that a comment may have.
std::optional<std::size_t> findEnd(std::span<const std::byte> archive)
{
    if (archive.size() < endBytes)
        return std::nullopt;
    const std::size_t furthest = std::min<std::size_t>(archive.size() - endBytes, 65535);
    for (std::size_t back = 0; back <= furthest; ++back) {
        std::uint32_t magic = 0;
        std::memcpy(&magic, archive.data() + archive.size() - endBytes - back, sizeof magic);
        if (magic == endMagic)
            return archive.size() - endBytes - back;
    }
    return std::nullopt;
}

/// Fields of a directory entry as they lie there.
struct Central {
    std::uint16_t flags = 0, method = 0;
    std::uint32_t packed = 0, bytes = 0, local = 0;
    std::string_view name;
};

std::optional<Central> readCentral(ByteReader& in)
{
    Central c;
    const auto magic = in.number<std::uint32_t>();
    if (!magic || *magic != centralMagic || !in.take(4))
        return std::nullopt;
    const auto flags = in.number<std::uint16_t>(), method = in.number<std::uint16_t>();
    if (!in.take(8))
        return std::nullopt;
    const auto packed = in.number<std::uint32_t>(), bytes = in.number<std::uint32_t>();
    const auto name = in.number<std::uint16_t>(), extra = in.number<std::uint16_t>(), comment = in.number<std::uint16_t>();
    if (!comment || !in.take(8))
        return std::nullopt;
    const auto local = in.number<std::uint32_t>();
    const auto text = local ? in.text(*name) : std::nullopt;
    if (!text || !in.take(std::size_t(*extra) + *comment))
        return std::nullopt;
    return Central{*flags, *method, *packed, *bytes, *local, *text};
}

} // namespace

bool looksLike(std::span<const std::byte> head)
{
    std::uint32_t magic = 0;
    if (head.size() < sizeof magic)
        return false;
    std::memcpy(&magic, head.data(), sizeof magic);
    return magic == localMagic;
}

Result<std::vector<Entry>> entries(std::span<const std::byte> archive, const std::string& name)
{
    const auto end = findEnd(archive);
    if (!end)
        return fail(ErrorCode::InvalidInput, "{}: this is no complete zip archive", name);
    ByteReader tail(archive.subspan(*end + 10));
    const auto count = tail.number<std::uint16_t>();
    const auto directoryBytes = tail.number<std::uint32_t>(), directory = tail.number<std::uint32_t>();
    if (*directory == 0xffffffffu || *count == 0xffffu)
        return fail(ErrorCode::Unsupported, "{}: zip archives beyond 4 GB are not read", name);
    if (std::uint64_t(*directory) + *directoryBytes > *end)
        return fail(ErrorCode::InvalidInput, "{}: the directory of the archive lies outside of it", name);
    ByteReader in(archive.subspan(*directory, *directoryBytes));
    std::vector<Entry> result;
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < *count; ++i) {
        const auto central = readCentral(in);
        if (!central)
            return fail(ErrorCode::InvalidInput, "{}: entry {} of the archive's directory is damaged", name, i);
        if (!names.insert(central->name).second)
            return fail(ErrorCode::InvalidInput, "{}: two files of the archive are called '{}'", name, central->name);
        if ((central->flags & 1) != 0 || (central->method != 0 && central->method != 8))
            return fail(
                ErrorCode::Unsupported, "{}: '{}' is encrypted or packed by method {}", name, central->name,
                central->method);
        constexpr std::uint32_t elsewhere = 0xffffffffu; // in the 64-bit record behind it
        if (central->packed == elsewhere || central->bytes == elsewhere || central->local == elsewhere)
            return fail(ErrorCode::Unsupported, "{}: zip archives beyond 4 GB are not read", name);
        // The local header repeats name and extra field with lengths of its own.
        constexpr std::size_t localBytes = 30;
        std::uint16_t lengths[2] = {};
        if (std::uint64_t(central->local) + localBytes > archive.size())
            return fail(ErrorCode::InvalidInput, "{}: '{}' lies outside of the archive", name, central->name);
        std::memcpy(lengths, archive.data() + central->local + 26, sizeof lengths);
        const std::uint64_t begin = std::uint64_t(central->local) + localBytes + lengths[0] + lengths[1];
        if (begin + central->packed > archive.size() || (central->method == 0 && central->packed != central->bytes))
            return fail(ErrorCode::InvalidInput, "{}: '{}' lies outside of the archive", name, central->name);
        result.push_back(
            {std::string(central->name), archive.subspan(std::size_t(begin), central->packed), central->bytes,
             central->method == 8});
    }
    return result;
}

Result<std::vector<std::byte>> unpacked(const Entry& entry, const std::string& name)
{
    if (!entry.isDeflated)
        return std::vector<std::byte>(entry.packed.begin(), entry.packed.end());
    // Deflate packs at most 1032 to 1: a larger promise is a lie, and no reason to reserve memory.
    if (entry.bytes > mostUnpacked || entry.bytes / 1032 > entry.packed.size())
        return fail(ErrorCode::InvalidInput, "{}: '{}' says it has {} bytes", name, entry.name, entry.bytes);
    std::vector<std::byte> result(entry.bytes);
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return fail(ErrorCode::OutOfMemory, "{}: '{}' cannot be unpacked", name, entry.name);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(entry.packed.data()));
    stream.avail_in = uInt(entry.packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = uInt(result.size());
    const int status = inflate(&stream, Z_FINISH);
    const bool whole = status == Z_STREAM_END && stream.total_out == result.size();
    inflateEnd(&stream);
    if (!whole)
        return fail(ErrorCode::InvalidInput, "{}: '{}' is damaged", name, entry.name);
    return result;
}

} // namespace tritloom::zip
