#include "app/session/text_file.h"

#include "core/base/mapped_file.h"
#include "core/base/part_file.h"

namespace tritloom {

std::filesystem::path endOfLinks(std::filesystem::path path)
{
    const std::filesystem::path asked = path;
    std::error_code error;
    for (int links = 0; std::filesystem::is_symlink(std::filesystem::symlink_status(path, error)); ++links) {
        constexpr int most = 40; // as the system has it
        const std::filesystem::path next = std::filesystem::read_symlink(path, error);
        if (error || links == most)
            return asked;
        path = path.parent_path() / next; // an absolute one stays what it is
    }
    return path;
}

Result<std::string> readTextFile(const std::filesystem::path& path)
{
    const auto file = TRY(MappedFile::open(path));
    return std::string(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
}

Result<void> writeTextFile(const QString& path, const std::string& text)
{
    PartFile file = TRY(PartFile::create(endOfLinks(path.toStdString()), text.size()));
    TRY_VOID(file.write(std::as_bytes(std::span(text))));
    return file.commit();
}

Result<void> checkWritable(const QString& path)
{
    if (path.isEmpty())
        return fail(ErrorCode::InvalidInput, "a file to write needs a name");
    return PartFile::create(endOfLinks(path.toStdString())).map([](const PartFile&) {
    }); // which goes away again
}

std::string csvCell(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos)
        return text;
    std::string cell = "\"";
    for (const char c : text)
        cell.append(c == '"' ? 2 : 1, c);
    return cell + "\"";
}

} // namespace tritloom
