#include "vocabulary.h"

#include "config.h"
#include "text.h"

#include <cstring>
#include <sstream>
#include <stdexcept>

namespace sample {

Vocabulary Vocabulary::read(const std::string& path)
{
    Vocabulary all;
    std::istringstream in(readFile(path));
    std::int32_t type = 0;
    float score = 0.0f;
    std::string piece;
    while (in >> type >> score >> piece) {
        all.types.push_back(type);
        all.scores.push_back(score);
        all.pieces.push_back(piece);
    }
    if (all.pieces.size() != Config::vocabulary)
        throw std::runtime_error(path + ": not the sample's vocabulary");
    return all;
}

void Vocabulary::write(const std::string& path) const
{
    std::ostringstream out;
    for (std::size_t id = 0; id < pieces.size(); ++id)
        out << types[id] << ' ' << scores[id] << ' ' << pieces[id] << '\n';
    writeFile(path, out.str());
}

std::string Vocabulary::decode(const std::vector<int>& ids) const
{
    constexpr std::string_view space = "\u2581";
    std::string text;
    for (const int id : ids) {
        std::string piece = pieces.at(static_cast<std::size_t>(id));
        if (types.at(static_cast<std::size_t>(id)) == 6) {
            piece = std::string(1, static_cast<char>(std::stoi(piece.substr(3, 2), nullptr, 16)));
        } else {
            for (std::size_t at = piece.find(space); at != std::string::npos; at = piece.find(space, at))
                piece.replace(at, space.size(), " ");
        }
        text += piece;
    }
    return text;
}

std::vector<int> readIds(const std::string& path)
{
    const std::string bytes = readFile(path);
    std::vector<int> ids(bytes.size() / sizeof(int));
    std::memcpy(ids.data(), bytes.data(), ids.size() * sizeof(int));
    return ids;
}

void writeIds(const std::string& path, const std::vector<int>& ids)
{
    writeFile(path, std::string(reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(int)));
}

} // namespace sample
