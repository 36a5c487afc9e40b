#include "app/session/near_word.h"

#include "core/format/number_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace tritloom {
namespace {

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = char(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

/// Damerau's distance between neighbours: the fewest letters to change, add, drop or swap with the next.
std::size_t distance(const std::string& a, const std::string& b)
{
    std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                table[i][j] = i + j;
                continue;
            }
            const std::size_t change = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
        }
    return table[a.size()][b.size()];
}

} // namespace

std::string nearestWord(std::string_view word, std::span<const std::string> known)
{
    constexpr std::size_t longest = 64; // a word, not a text
    const std::string meant = lower(word.substr(0, longest));
    std::size_t least = std::max<std::size_t>(1, meant.size() / 3) + 1;
    std::string nearest;
    for (const std::string& candidate : known)
        if (const std::size_t far = distance(meant, lower(candidate));
            far < least && far < candidate.size()) {
            least = far;
            nearest = candidate;
        }
    return nearest;
}

std::string didYouMean(std::string_view word, std::span<const std::string> known, std::string_view otherwise)
{
    const std::string nearest = nearestWord(word, known);
    return nearest.empty() ? std::string(otherwise) : fmt::format("; did you mean '{}'?", nearest);
}

std::string didYouMeanFormat(std::string_view id, std::string_view otherwise)
{
    std::vector<std::string> known;
    for (const NumberFormatFamily& family : numberFormatFamilies())
        for (std::string& example : family.examples())
            known.push_back(std::move(example));
    for (int bits = 2; bits <= 8; ++bits)
        known.push_back(fmt::format("int{}row", bits));
    return didYouMean(id, known, otherwise);
}

} // namespace tritloom
