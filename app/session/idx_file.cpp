#include "app/session/idx_file.h"

#include "core/base/mapped_file.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>

namespace tritloom {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostBytes = std::size_t{1} << 31; ///< what a small gzip file may grow to

/// zlib's reader takes plain files as they are.
Result<std::vector<unsigned char>> contentsOf(const fs::path& path)
{
    (void)TRY(MappedFile::open(path)); // says what it is that cannot be read, and waits for no pipe
    const gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr)
        return fail(ErrorCode::Io, "{}: the file cannot be read", path.string());
    std::vector<unsigned char> bytes;
    std::array<unsigned char, 65536> part{};
    int read = 0;
    while ((read = gzread(file, part.data(), unsigned(part.size()))) > 0 && bytes.size() < mostBytes)
        bytes.insert(bytes.end(), part.begin(), part.begin() + read);
    const bool whole = read == 0;
    gzclose(file);
    if (!whole)
        return fail(ErrorCode::InvalidInput, "{}: this is no complete file", path.string());
    return bytes;
}

/// Sizes of an idx file of bytes with that many dimensions; the header is 4 bytes and one big-endian word each.
Result<std::vector<std::size_t>>
sizesOf(const fs::path& path, const std::vector<unsigned char>& bytes, std::size_t dimensions)
{
    const std::size_t header = 4 + 4 * dimensions;
    if (bytes.size() < header || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes[3] != dimensions)
        return fail(ErrorCode::InvalidInput, "{}: no idx file of bytes in {} dimensions", path.string(), dimensions);
    std::vector<std::size_t> sizes;
    std::size_t total = 1;
    for (std::size_t i = 0; i < dimensions; ++i) {
        std::size_t size = 0;
        for (std::size_t b = 0; b < 4; ++b)
            size = size << 8 | bytes[4 + 4 * i + b];
        sizes.push_back(size);
        total = size == 0 || total > mostBytes / size ? mostBytes : total * size;
    }
    if (total != bytes.size() - header)
        return fail(
            ErrorCode::InvalidInput, "{}: {} bytes do not hold {} of {}", path.string(), bytes.size() - header,
            sizes.front(), dimensions == 1 ? "labels" : "pictures");
    return sizes;
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
        const auto bytes = TRY(contentsOf(path));
        const auto sizes = TRY(sizesOf(path, bytes, 3));
        const std::size_t plane = sizes[1] * sizes[2];
        for (std::size_t i = 0; i < sizes[0]; ++i) {
            Picture picture(1, sizes[1], sizes[2]);
            for (std::size_t p = 0; p < plane; ++p)
                picture.values[p] = float(bytes[16 + i * plane + p]) / 255.0f;
            result.pictures.push_back(std::move(picture));
        }
        std::string name = path.filename().string();
        name.replace(name.find("images"), 6, "labels");
        name.replace(name.find("idx3"), 4, "idx1");
        if (!fs::exists(folder / name, error))
            continue;
        const auto labels = TRY(contentsOf(folder / name));
        TRY(sizesOf(folder / name, labels, 1));
        result.labels.insert(result.labels.end(), labels.begin() + 8, labels.end());
    }
    if (!result.labels.empty() && result.labels.size() != result.pictures.size())
        return fail(
            ErrorCode::InvalidInput, "{}: {} labels for {} pictures", folder.string(), result.labels.size(),
            result.pictures.size());
    return result;
}

} // namespace tritloom
