#include "core/base/part_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tritloom {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view partEnd = ".tritloom-part"; // nobody's own file is called so
constexpr std::string_view letters = "-XXXXXX"; // behind that of a folder

tl::unexpected<Error> systemError(const fs::path& path, int number)
{
    return fail(ErrorCode::Io, "{}: {}", path.string(), std::strerror(number));
}

fs::path folderOf(const fs::path& path)
{
    return path.parent_path().empty() ? "." : path.parent_path();
}

/// What has no name yet, for removeParts().
class Parts {
public:
    /// make: gives the path of a part that it has made, under the lock: none is there that is not known.
    template <typename Make>
    Result<void> add(const Make& make)
    {
        const std::lock_guard lock(m_mutex);
        m_paths.insert(TRY(make()));
        return {};
    }
    void drop(const fs::path& part)
    {
        const std::lock_guard lock(m_mutex);
        m_paths.erase(part);
    }
    void remove()
    {
        m_mutex.lock(); // for good: whoever would begin or name another one waits for the end
        constexpr int mostTries = 100; // other threads may still write into a folder
        std::error_code none;
        for (const fs::path& part : m_paths)
            for (int i = 0; i < mostTries && fs::exists(part, none); ++i)
                fs::remove_all(part, none);
    }

private:
    std::mutex m_mutex;
    std::set<fs::path> m_paths;
};

Parts& parts()
{
    static Parts* const all = new Parts; // outlives everything: the program may end at any moment
    return *all;
}

Result<void> checkTarget(const fs::path& target, std::uint64_t bytes)
{
    std::error_code error;
    if (fs::is_directory(target, error))
        return fail(ErrorCode::Io, "{}: there is a folder of this name", target.string());
    if (fs::exists(target, error) && !fs::is_regular_file(target, error))
        return fail(
            ErrorCode::Io, "{}: this is a device or a pipe, the file needs a place on a disk",
            target.string());
    struct statvfs status { };
    if (::statvfs(folderOf(target).c_str(), &status) != 0)
        return systemError(folderOf(target), errno);
    const std::uint64_t available = std::uint64_t{status.f_bavail} * status.f_frsize;
    if (bytes > available)
        return fail(
            ErrorCode::Io, "{}: the file needs {} bytes, the disk has {} left", target.string(), bytes,
            available);
    return {};
}

/// An empty file that nobody else writes.
Result<int> openAlone(const fs::path& part)
{
    for (;;) {
        // A link in the place of the part would let us write over a file somewhere else.
        const int file = ::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
        if (file < 0)
            return systemError(part, errno);
        struct stat opened {
        }, named{};
        const bool alone =
            ::flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; // some disks know no locks
        const bool isSame = ::fstat(file, &opened) == 0 && ::lstat(part.c_str(), &named) == 0
            && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
        const bool isFile = S_ISREG(opened.st_mode);
        if (alone && isSame && isFile && ::ftruncate(file, 0) == 0)
            return file;
        const int number = errno;
        ::close(file);
        if (isSame && !isFile)
            return fail(ErrorCode::Io, "{}: this is a device or a pipe", part.string());
        if (!alone)
            return fail(ErrorCode::Io, "{}: another export is writing this file", part.string());
        if (isSame)
            return systemError(part, number);
        // Its writer was done between our two steps: once more, with a file of our own.
    }
}

} // namespace

Result<PartFile> PartFile::create(fs::path target, std::uint64_t bytes)
{
    TRY_VOID(checkTarget(target, bytes));
    PartFile file;
    const fs::path part = target.string().append(partEnd);
    TRY_VOID(parts().add([&]() -> Result<fs::path> {
        file.m_file = TRY(openAlone(part));
        return part;
    }));
    file.m_part = part;
    file.m_target = std::move(target);
    return file;
}

PartFile::PartFile(PartFile&& other) noexcept
    : m_target(std::move(other.m_target))
    , m_part(std::exchange(other.m_part, {}))
    , m_position(other.m_position)
    , m_file(std::exchange(other.m_file, -1))
    , m_isSynced(other.m_isSynced)
{
}

PartFile::~PartFile()
{
    if (!m_part.empty()) { // while the lock is held: nobody else has taken the part over
        ::unlink(m_part.c_str());
        parts().drop(m_part);
    }
    if (m_file >= 0)
        ::close(m_file);
}

Result<void> PartFile::write(std::span<const std::byte> bytes)
{
    TRY_VOID(writeAt(m_position, bytes));
    m_position += bytes.size();
    return {};
}

Result<void> PartFile::writeAt(std::uint64_t offset, std::span<const std::byte> bytes)
{
    m_isSynced = false;
    while (!bytes.empty()) {
        const std::size_t step = std::min<std::size_t>(bytes.size(), std::size_t{1} << 26);
        const ssize_t count = ::pwrite(m_file, bytes.data(), step, static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return systemError(m_target, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<void> PartFile::prepend(std::span<const std::byte> bytes)
{
    std::vector<std::byte> buffer(std::size_t{4} << 20);
    for (std::uint64_t end = m_position; end > 0;) { // from behind: what moves up lands on what has moved
        const std::size_t step = std::min<std::uint64_t>(buffer.size(), end);
        for (std::size_t done = 0; done < step;) {
            const ssize_t count =
                ::pread(m_file, buffer.data() + done, step - done, static_cast<off_t>(end - step + done));
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                return systemError(m_target, count < 0 ? errno : EIO);
            done += static_cast<std::size_t>(count);
        }
        TRY_VOID(writeAt(end - step + bytes.size(), std::span(buffer).first(step)));
        end -= step;
    }
    TRY_VOID(writeAt(0, bytes));
    m_position += bytes.size();
    return {};
}

Result<void> PartFile::sync()
{
    if (::fsync(m_file) != 0)
        return systemError(m_target, errno);
    (void)::posix_fadvise(m_file, 0, 0, POSIX_FADV_DONTNEED);
    m_isSynced = true;
    return {};
}

Result<void> PartFile::commit()
{
    if (!m_isSynced) // who has read it back has it in memory: not twice
        TRY_VOID(sync());
    // While the lock is held: closed, the part could be taken by another writer before it has its name.
    if (::rename(m_part.c_str(), m_target.c_str()) != 0)
        return systemError(m_target, errno);
    parts().drop(std::exchange(m_part, {}));
    ::close(std::exchange(m_file, -1)); // sync() has heard of every error already
    // The new name itself must survive a power cut; a file system that cannot do this has no answer to give.
    if (const int folder = ::open(folderOf(m_target).c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
        folder >= 0) {
        (void)::fsync(folder);
        ::close(folder);
    }
    return {};
}

Result<PartFolder> PartFolder::create(fs::path target)
{
    std::string name = target.string().append(partEnd).append(letters);
    PartFolder folder;
    TRY_VOID(parts().add([&]() -> Result<fs::path> {
        if (::mkdtemp(name.data()) == nullptr)
            return systemError(target, errno);
        folder.m_lock = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
        if (folder.m_lock >= 0)
            (void)::flock(folder.m_lock, LOCK_EX | LOCK_NB); // some disks know no locks
        return fs::path(name);
    }));
    folder.m_target = std::move(target);
    folder.m_part = name;
    return folder;
}

PartFolder::PartFolder(PartFolder&& other) noexcept
    : m_target(std::move(other.m_target))
    , m_part(std::exchange(other.m_part, {}))
    , m_lock(std::exchange(other.m_lock, -1))
{
}

PartFolder::~PartFolder()
{
    if (!m_part.empty()) {
        std::error_code none;
        fs::remove_all(m_part, none);
        parts().drop(m_part);
    }
    if (m_lock >= 0)
        ::close(m_lock);
}

Result<void> PartFolder::commit()
{
    std::error_code error;
    fs::permissions(m_part, fs::perms(0755), error);
    fs::rename(m_part, m_target, error);
    if (error)
        return fail(ErrorCode::Io, "{}: {}", m_target.string(), error.message());
    parts().drop(std::exchange(m_part, {}));
    return {};
}

std::vector<LeftPart> removeLeftParts(const fs::path& folder)
{
    std::vector<LeftPart> removed;
    std::error_code none;
    for (fs::directory_iterator entry(folder.empty() ? "." : folder, none), end; !none && entry != end;
         entry.increment(none)) {
        const fs::path path = entry->path();
        const std::string name = path.filename().string();
        const std::size_t at = name.rfind(partEnd);
        const bool isFile = at != std::string::npos && at + partEnd.size() == name.size(),
                   isFolder = at != std::string::npos && at + partEnd.size() + letters.size() == name.size();
        std::error_code gone;
        const fs::file_status status = fs::symlink_status(path, gone);
        if (gone || !((isFile && fs::is_regular_file(status)) || (isFolder && fs::is_directory(status))))
            continue;
        const int part = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (part < 0)
            continue;
        if (::flock(part, LOCK_EX | LOCK_NB) == 0) { // its writer would hold it
            LeftPart left{path, 0};
            const auto add = [&](const fs::path& file) {
                if (const std::uintmax_t bytes = fs::file_size(file, gone); !gone)
                    left.bytes += bytes;
            };
            if (isFile)
                add(path);
            else
                for (fs::recursive_directory_iterator inside(path, gone), last; !gone && inside != last;
                     inside.increment(gone))
                    if (inside->is_regular_file(gone))
                        add(inside->path());
            gone.clear();
            fs::remove_all(path, gone);
            if (!gone)
                removed.push_back(std::move(left));
        }
        ::close(part);
    }
    return removed;
}

void removeParts()
{
    parts().remove();
}

} // namespace tritloom
