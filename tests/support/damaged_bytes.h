#pragma once

#include "core/base/utf8.h"

#include <QTest>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

namespace tritloom {

// Files that lie, made of one that does not: what is given is asked of each until the test has failed.

/// visit(bytes) for every beginning of a file that is shorter than it, `step` bytes apart.
template <typename Visit>
void forEachBeginning(const std::string& whole, Visit&& visit, std::size_t step = 1)
{
    for (std::size_t length = 0; length < whole.size() && !QTest::currentTestFailed(); length += step) {
        const std::string part = whole.substr(0, length);
        visit(part);
        if (QTest::currentTestFailed())
            qWarning("of the first %zu of %zu bytes", length, whole.size());
    }
}

/// visit(bytes) for the file with one byte changed, every `step`th before `end` in turn: its lowest bit, its
/// highest, all bits set, a digit, a quotation mark.
template <typename Visit>
void forEachChangedByte(
    const std::string& whole, Visit&& visit, std::size_t step = 1, std::size_t end = std::string::npos)
{
    std::string changed = whole;
    for (std::size_t at = 0; at < std::min(end, whole.size()) && !QTest::currentTestFailed(); at += step) {
        for (const char other : {char(whole[at] ^ 1), char(whole[at] ^ 0x80), '\xff', '9', '"'}) {
            changed[at] = other;
            if (other == whole[at] || QTest::currentTestFailed())
                continue;
            visit(std::as_const(changed));
            if (QTest::currentTestFailed())
                qWarning("of byte %zu of %zu as %d", at, whole.size(), int(other));
        }
        changed[at] = whole[at];
    }
}

/// visit(text) for a JSON text with one of its values, at any depth, replaced by what it cannot be, left out,
/// or there twice.
template <typename Visit>
void forEachChangedValue(const std::string& whole, Visit&& visit)
{
    using nlohmann::json;
    const json document = json::parse(whole);
    std::vector<json::json_pointer> places{json::json_pointer()};
    for (std::size_t i = 0; i < places.size(); ++i) { // grows: breadth first
        const json& value = document[places[i]];
        if (value.is_structured())
            for (const auto& [key, inner] : value.items())
                places.push_back(value.is_array() ? places[i] / std::stoul(key) : places[i] / key);
    }
    std::string deep;
    for (int i = 0; i < 60; ++i)
        deep += '[';
    deep += std::string(60, ']');
    const json others[] = {
        nullptr,
        true,
        -1,
        0,
        2147483647,
        UINT64_MAX,
        INT64_MIN,
        0.5,
        1e300,
        "",
        "a\nb",
        std::string("\0", 1),
        std::string(2000, 'x'),
        "../../etc/passwd",
        json::array(),
        json::object(),
        json::parse(deep)};
    const auto tell = [&](const json::json_pointer& place, const std::string& what) {
        if (QTest::currentTestFailed())
            qWarning("of %s as %.60s", place.to_string().c_str(), what.c_str());
    };
    for (const auto& place : places) {
        for (const json& other : others) {
            if (QTest::currentTestFailed())
                return;
            json changed = document;
            changed[place] = other;
            visit(changed.dump());
            tell(place, other.dump());
        }
        if (place.empty() || QTest::currentTestFailed())
            continue;
        json changed = document;
        json& parent = changed[place.parent_pointer()];
        if (parent.is_array())
            parent.push_back(parent[std::stoul(place.back())]);
        else
            parent.erase(place.back());
        visit(changed.dump());
        tell(place, "left out or twice");
    }
}

/// What keeps a sentence about a file from being one that a person can read; "" where nothing does.
/// file: the name that has to be in it, or "".
inline std::string whyUnclear(const std::string& sentence, const std::string& file = {})
{
    constexpr std::size_t longest = 700;
    if (sentence.empty())
        return "nothing is said";
    if (!isUtf8(sentence))
        return "no UTF-8: " + printable(sentence);
    if (std::ranges::any_of(
            sentence, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
        return "not one line: " + printable(sentence, longest);
    if (sentence.size() > longest)
        return fmt::format("{} bytes: {}", sentence.size(), sentence);
    if (sentence.find(file) == std::string::npos)
        return fmt::format("does not name {}: {}", file, sentence);
    return {};
}

} // namespace tritloom
