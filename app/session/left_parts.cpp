#include "app/session/left_parts.h"

#include "core/base/part_file.h"
#include "core/base/utf8.h"

namespace tritloom {

std::vector<std::string> removeLeft(const std::filesystem::path& folder)
{
    std::vector<std::string> sentences;
    for (const LeftPart& part : removeLeftParts(folder))
        sentences.push_back(fmt::format(
            "{}: the rest of an export that was cut off, {} bytes, is removed",
            printable(part.path.filename().string()), part.bytes));
    return sentences;
}

} // namespace tritloom
