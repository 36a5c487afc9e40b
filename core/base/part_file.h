#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace tritloom {

/// A file in the making. The bytes go to "<target>.tritloom-part", which takes the target's place in commit(); until
/// then an old file stays as it is, and one that is destroyed before leaves nothing behind. Locked while it
/// lives: two writers of one target are an error, what a killed one left is taken over. One caller at a time.
/// Errors of all below: Io, with the file and the system's reason.
class PartFile {
public:
    /// Makes the part. bytes: how many there will be, if known: too little space is told at once. Refuses
    /// folders, devices and pipes as targets: a name put in their place would remove them.
    [[nodiscard]] static Result<PartFile> create(std::filesystem::path target, std::uint64_t bytes = 0);
    PartFile(PartFile&&) noexcept;
    PartFile& operator=(PartFile&&) = delete;
    ~PartFile();

    [[nodiscard]] const std::filesystem::path& path() const { return m_part; } ///< of the part
    [[nodiscard]] std::uint64_t position() const { return m_position; } ///< bytes that write() has put
    [[nodiscard]] int descriptor() const { return m_file; } ///< for libraries that write by themselves

    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes); ///< behind what was written last
    [[nodiscard]] Result<void> writeAt(std::uint64_t offset, std::span<const std::byte> bytes);
    /// Everything that write() has put moves up, and these bytes stand before it: a header that is known last.
    [[nodiscard]] Result<void> prepend(std::span<const std::byte> bytes);

    /// Everything is on the disk after this, and what is read back comes from there.
    [[nodiscard]] Result<void> sync();
    /// sync(), and the file has its name.
    [[nodiscard]] Result<void> commit();

private:
    PartFile() = default;
    std::filesystem::path m_target, m_part;
    std::uint64_t m_position = 0;
    int m_file = -1;
    bool m_isSynced = false; ///< since what was written last
};

/// A folder in the making, likewise: "<target>.tritloom-part-" and six letters.
class PartFolder {
public:
    [[nodiscard]] static Result<PartFolder> create(std::filesystem::path target);
    PartFolder(PartFolder&&) noexcept;
    PartFolder& operator=(PartFolder&&) = delete;
    ~PartFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return m_part; }
    [[nodiscard]] Result<void> commit(); ///< an empty folder of the target's name gives way

private:
    PartFolder() = default;
    std::filesystem::path m_target, m_part;
    int m_lock = -1; ///< of the folder
};

/// What a writer that was killed had left.
struct LeftPart {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
};
/// Removes the parts in a folder whose writers live no more, on this machine or, where the disk knows locks,
/// on another one. Gives what was removed; what cannot be is left without a word.
[[nodiscard]] std::vector<LeftPart> removeLeftParts(const std::filesystem::path& folder);

/// Removes all parts of this program: the last thing before it ends without their destructors, as whoever makes,
/// names or drops one from then on waits for that end. Any thread, once.
void removeParts();

} // namespace tritloom
