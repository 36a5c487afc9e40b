#include "core/file/json.h"

#include "core/base/mapped_file.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tritloom {
namespace {

constexpr std::size_t deepest = 64;

/// The library would build a value per level before anyone could refuse it.
bool isTooDeep(std::string_view text)
{
    std::size_t depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                inString = false;
        } else if (c == '"') {
            inString = true;
        } else if (c == '{' || c == '[') {
            if (++depth > deepest)
                return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return false;
}

/// Looks for a key that an object has twice, and builds nothing: the library's own callbacks look through all that
/// an array holds so far whenever one more of its objects ends.
class KeyWatch final : public nlohmann::json_sax<Json> {
public:
    std::optional<std::string> twice;

    bool start_object(std::size_t) override
    {
        m_open.emplace_back();
        return true;
    }
    bool key(std::string& key) override
    {
        if (m_open.back().insert(key).second)
            return true;
        twice = key;
        return false;
    }
    bool end_object() override
    {
        m_open.pop_back();
        return true;
    }
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(std::int64_t) override { return true; }
    bool number_unsigned(std::uint64_t) override { return true; }
    bool number_float(double, const std::string&) override { return true; }
    bool string(std::string&) override { return true; }
    bool binary(Json::binary_t&) override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

private:
    std::vector<std::unordered_set<std::string>> m_open;
};

} // namespace

Result<Json> parseJson(std::string_view text, std::string_view name)
{
    if (isTooDeep(text))
        return fail(ErrorCode::InvalidInput, "{}: the JSON is nested deeper than {} levels", name, deepest);
    try {
        KeyWatch watch;
        (void)Json::sax_parse(text.begin(), text.end(), &watch); // of what is wrong here the next line tells
        if (watch.twice)
            return fail(ErrorCode::InvalidInput, "{}: the key '{}' occurs twice", name, printable(*watch.twice));
        return Json::parse(text.begin(), text.end());
    } catch (const Json::parse_error& error) {
        const std::size_t at = std::min(error.byte, text.size()); // a text that ends too early: one behind
        return fail(ErrorCode::InvalidInput, "{}: not valid JSON at byte {} of {}", name, at, text.size());
    } catch (const Json::exception&) {
        return fail(ErrorCode::InvalidInput, "{}: the JSON holds a number that cannot be stored", name);
    }
}

Result<Json> readJson(const std::filesystem::path& path, std::size_t largest)
{
    const auto file = TRY(MappedFile::open(path));
    const auto bytes = file->bytes();
    const std::string name = path.filename().string();
    if (bytes.size() > largest)
        return fail(
            ErrorCode::InvalidInput, "{}: {} bytes of JSON, more than {} are not read", name, bytes.size(),
            largest);
    return parseJson({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name);
}

const Json* jsonMember(const Json& object, std::string_view key)
{
    if (!object.is_object())
        return nullptr;
    const auto at = object.find(key);
    return at == object.end() || at->is_null() ? nullptr : &*at;
}

std::optional<std::int64_t> jsonInteger(const Json& object, std::string_view key)
{
    const Json* const value = jsonMember(object, key);
    if (!value || !value->is_number_integer())
        return std::nullopt;
    if (value->is_number_unsigned() && !std::in_range<std::int64_t>(value->get<std::uint64_t>()))
        return std::nullopt;
    return value->get<std::int64_t>();
}

std::optional<double> jsonNumber(const Json& object, std::string_view key)
{
    const Json* const value = jsonMember(object, key);
    return value && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

std::optional<bool> jsonBoolean(const Json& object, std::string_view key)
{
    const Json* const value = jsonMember(object, key);
    return value && value->is_boolean() ? std::optional(value->get<bool>()) : std::nullopt;
}

std::string jsonShown(const Json& value)
{
    constexpr std::size_t most = 60;
    std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace); // ASCII: cut anywhere
    if (text.size() > most)
        text = text.substr(0, most - 3) + "...";
    return text;
}

std::optional<std::string> jsonText(const Json& object, std::string_view key)
{
    const Json* const value = jsonMember(object, key);
    return value && value->is_string() ? std::optional(value->get<std::string>()) : std::nullopt;
}

} // namespace tritloom
