#include "app/session/idx_file.h"

#include "core/base/mapped_file.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace tritloom {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostBytes = std::size_t{1} << 31; ///< what a small gzip file may grow to

struct Contents {
    std::vector<std::size_t> sizes; ///< of the dimensions
    std::vector<unsigned char> bytes; ///< behind the header
};

/// At most so many bytes; fewer at the end of the file, none of one that is broken.
std::vector<unsigned char> taken(gzFile file, std::size_t count)
{
    std::vector<unsigned char> bytes;
    std::array<unsigned char, 65536> part{};
    int read = 1;
    while (read > 0
           && bytes.size() < count) { // what a header promises is not asked of memory before it is there
        read = gzread(file, part.data(), unsigned(std::min(part.size(), count - bytes.size())));
        bytes.insert(bytes.end(), part.begin(), part.begin() + std::max(read, 0));
    }
    int problem = Z_OK; // an end that comes too early is no error of reading
    (void)gzerror(file, &problem);
    return read < 0 || problem == Z_BUF_ERROR ? std::vector<unsigned char>() : bytes;
}

/// An idx file of bytes with that many dimensions; the header is 4 bytes and one big-endian word each.
/// zlib's reader takes plain files as they are.
Result<Contents> contentsOf(const fs::path& path, std::size_t dimensions)
{
    (void)TRY(MappedFile::open(path)); // says what it is that cannot be read, and waits for no pipe
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (file == nullptr)
        return fail(ErrorCode::Io, "{}: the file cannot be read", path.string());
    const auto header = taken(file.get(), 4 + 4 * dimensions);
    if (header.size() < 4 + 4 * dimensions || header[0] != 0 || header[1] != 0 || header[2] != 8
        || header[3] != dimensions)
        return fail(ErrorCode::InvalidInput, "{}: no idx file of bytes in {} dimensions", path.string(), dimensions);
    Contents contents;
    std::size_t total = 1;
    for (std::size_t i = 0; i < dimensions; ++i) {
        std::size_t size = 0;
        for (std::size_t b = 0; b < 4; ++b)
            size = size << 8 | header[4 + 4 * i + b];
        contents.sizes.push_back(size);
        total = size == 0 || total > mostBytes / size ? mostBytes : total * size;
    }
    contents.bytes = taken(file.get(), total + 1);
    if (total != contents.bytes.size())
        return fail(
            ErrorCode::InvalidInput, "{}: {}{} bytes do not hold {} of {}", path.string(),
            total < contents.bytes.size() ? "more than " : "", std::min(total, contents.bytes.size()),
            contents.sizes.front(), dimensions == 1 ? "labels" : "pictures");
    return contents;
}

} // namespace

Result<std::optional<IdxPictures>> readIdx(const fs::path& folder)
{
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        if (at->path().filename().string().find("images-idx3-ubyte") != std::string::npos
            || at->path().filename().string().find("images.idx3-ubyte") != std::string::npos)
            files.push_back(at->path());
    if (files.empty())
        return std::optional<IdxPictures>();
    std::sort(files.begin(), files.end());
    IdxPictures result;
    for (const fs::path& path : files) {
        const auto [sizes, bytes] = TRY(contentsOf(path, 3));
        const std::size_t plane = sizes[1] * sizes[2];
        for (std::size_t i = 0; i < sizes[0]; ++i) {
            Picture picture(1, sizes[1], sizes[2]);
            for (std::size_t p = 0; p < plane; ++p)
                picture.values[p] = float(bytes[i * plane + p]) / 255.0f;
            result.pictures.push_back(std::move(picture));
        }
        std::string name = path.filename().string();
        name.replace(name.find("images"), 6, "labels");
        name.replace(name.find("idx3"), 4, "idx1");
        if (!fs::exists(folder / name, error))
            continue;
        const auto labels = TRY(contentsOf(folder / name, 1));
        result.labels.insert(result.labels.end(), labels.bytes.begin(), labels.bytes.end());
    }
    if (!result.labels.empty() && result.labels.size() != result.pictures.size())
        return fail(
            ErrorCode::InvalidInput, "{}: {} labels for {} pictures", folder.string(), result.labels.size(),
            result.pictures.size());
    return result;
}

} // namespace tritloom
