#include "core/base/mapped_file.h"

#include "core/base/page_advice.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tritloom {
namespace {

struct Descriptor {
    int number = -1;
    ~Descriptor()
    {
        if (number >= 0)
            ::close(number);
    }
};

/// What is mapped now, by its first byte: other memory must not be told that it is not needed, its bytes were
/// lost.
struct MappedRanges {
    std::mutex mutex;
    std::map<const std::byte*, std::size_t> sizes;

    static MappedRanges& instance()
    {
        static MappedRanges ranges;
        return ranges;
    }
};

tl::unexpected<Error> systemError(const std::filesystem::path& path, int number)
{
    const ErrorCode code = number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Io;
    return fail(code, "{}: {}", path.string(), std::strerror(number));
}

} // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path)
{
    // O_NONBLOCK: a named pipe must not make us wait for its writer.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0)
        return systemError(path, errno);
    struct stat status { };
    if (::fstat(file.number, &status) != 0)
        return systemError(path, errno);
    if (!S_ISREG(status.st_mode))
        return fail(
            ErrorCode::Io, "{}: this is {}, not a file", path.string(),
            S_ISDIR(status.st_mode) ? "a folder" : "a device or pipe");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0)
        return std::shared_ptr<const MappedFile>(new MappedFile({}));
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number, 0);
    if (address == MAP_FAILED)
        return systemError(path, errno);
    return std::shared_ptr<const MappedFile>(
        new MappedFile(std::span(static_cast<const std::byte*>(address), size)));
}

MappedFile::MappedFile(std::span<const std::byte> bytes)
    : m_bytes(bytes)
{
    MappedRanges& ranges = MappedRanges::instance();
    const std::scoped_lock lock(ranges.mutex);
    if (!m_bytes.empty())
        ranges.sizes[m_bytes.data()] = m_bytes.size();
}

MappedFile::~MappedFile()
{
    if (m_bytes.empty())
        return;
    MappedRanges& ranges = MappedRanges::instance();
    const std::scoped_lock lock(ranges.mutex); // until it is unmapped: its place may be given to other memory
    ranges.sizes.erase(m_bytes.data());
    ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

void MappedFile::doneWith(std::span<const std::byte> part)
{
    MappedRanges& ranges = MappedRanges::instance();
    const std::scoped_lock lock(ranges.mutex);
    const auto after = ranges.sizes.upper_bound(part.data());
    if (after == ranges.sizes.begin())
        return;
    const auto& [begin, size] = *std::prev(after);
    if (part.data() + part.size() <= begin + size)
        advisePages(part, MADV_DONTNEED);
}

} // namespace tritloom
