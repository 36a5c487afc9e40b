#include "text.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace sample {

std::string readFile(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    if (!in)
        throw std::runtime_error(path + ": cannot be read");
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void writeFile(const std::string& path, const std::string& bytes)
{
    std::ofstream out(path, std::ios::binary);
    out << bytes;
    if (!out.flush())
        throw std::runtime_error(path + ": cannot be written");
}

std::string cleaned(const std::string& text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t gap = text.find("\n\n", at);
        const std::size_t next = gap == std::string::npos ? text.size() : gap + 2;
        const std::string_view paragraph(text.data() + at, next - at);
        at = next;
        // "\u00e2\u20ac" starts every UTF-8 quotation mark that was read as Windows-1252.
        if (paragraph.find("\u00e2\u20ac") != std::string_view::npos)
            continue;
        out += paragraph;
    }
    for (const std::string_view noise : {"\ufeff", "\u2060", "\u21a9"}) {
        for (std::size_t at = out.find(noise); at != std::string::npos; at = out.find(noise, at))
            out.erase(at, noise.size());
    }
    return out;
}

} // namespace sample
