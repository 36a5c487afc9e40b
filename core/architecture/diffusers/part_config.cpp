#include "core/architecture/diffusers/part_config.h"

#include "core/base/utf8.h"
#include "core/file/diffusers.h"

#include <cmath>

namespace tritloom::diffusers {
namespace {

constexpr std::size_t mostCount = std::size_t{1} << 20, mostItems = 16;

std::string shown(const Json* value)
{
    if (value == nullptr)
        return "missing";
    return jsonShown(*value);
}

/// Text that can stand in a message as it is.
bool isWord(const Json& value)
{
    return value.is_string() && printable(value.get<std::string>()) == value.get<std::string>();
}

} // namespace

Result<PartConfig> PartConfig::of(const ModelFile& file, const std::string& part)
{
    const auto text = file.metadata.text(configKey(part));
    if (!text)
        return fail(
            ErrorCode::NotFound, "{}: there is no {} in it, only parts of a pipeline",
            file.path.filename().string(), part);
    return parsed(*text, file.metadata.text(configFileKey(part)).value_or(part + "/config.json"));
}

Result<PartConfig> PartConfig::parsed(const std::string& json, std::string file)
{
    PartConfig config;
    config.m_file = std::move(file);
    config.m_json = TRY(parseJson(json, config.m_file));
    if (!config.m_json.is_object())
        return fail(ErrorCode::InvalidInput, "{}: this is no JSON object", config.m_file);
    return config;
}

const Json* PartConfig::find(std::string_view key) const
{
    return jsonMember(m_json, key);
}

bool PartConfig::isNull(std::string_view key) const
{
    const auto found = m_json.find(key);
    return found != m_json.end() && found->is_null();
}

Result<std::size_t> PartConfig::countOf(std::string_view key, const Json& value) const
{
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1
        || value.get<std::uint64_t>() > mostCount)
        return fail(
            ErrorCode::InvalidInput, "{}: {} is {}, a whole number from 1 to {} is expected", m_file, key,
            shown(&value), mostCount);
    return value.get<std::size_t>();
}

Result<std::size_t> PartConfig::count(std::string_view key, std::optional<std::size_t> otherwise) const
{
    const Json* const value = find(key);
    if (value == nullptr && otherwise)
        return *otherwise;
    if (value == nullptr)
        return fail(ErrorCode::InvalidInput, "{}: {} is missing, a whole number is expected", m_file, key);
    return countOf(key, *value);
}

Result<std::vector<std::size_t>> PartConfig::counts(
    std::string_view key, std::optional<std::size_t> length, std::optional<std::size_t> otherwise) const
{
    const Json* const value = find(key);
    if (length && (value == nullptr || !value->is_array()))
        return std::vector<std::size_t>(*length, TRY(count(key, otherwise)));
    if (value == nullptr || !value->is_array() || value->empty() || value->size() > mostItems)
        return fail(
            ErrorCode::InvalidInput, "{}: {} is {}, a list of 1 to {} whole numbers is expected", m_file, key,
            shown(value), mostItems);
    if (length && value->size() != *length)
        return fail(
            ErrorCode::InvalidInput, "{}: {} is {}, {} numbers are expected", m_file, key, shown(value),
            *length);
    std::vector<std::size_t> numbers;
    for (const Json& item : *value)
        numbers.push_back(TRY(countOf(key, item)));
    return numbers;
}

Result<double> PartConfig::number(std::string_view key, double otherwise) const
{
    const Json* const value = find(key);
    if (value == nullptr)
        return otherwise;
    if (!value->is_number() || !std::isfinite(value->get<double>()))
        return fail(ErrorCode::InvalidInput, "{}: {} is {}, a number is expected", m_file, key, shown(value));
    return value->get<double>();
}

Result<double> PartConfig::number(std::string_view key, double otherwise, double least, double most) const
{
    const double found = TRY(number(key, otherwise));
    if (found < least || found > most)
        return fail(
            ErrorCode::InvalidInput, "{}: {} is {}, a number from {} to {} is expected", m_file, key,
            shown(find(key)), least, most);
    return found;
}

Result<bool> PartConfig::flag(std::string_view key, bool otherwise) const
{
    const Json* const value = find(key);
    if (value == nullptr)
        return otherwise;
    if (!value->is_boolean())
        return fail(
            ErrorCode::InvalidInput, "{}: {} is {}, true or false is expected", m_file, key, shown(value));
    return value->get<bool>();
}

Result<std::string> PartConfig::text(std::string_view key, std::string_view otherwise) const
{
    const Json* const value = find(key);
    if (value == nullptr)
        return std::string(otherwise);
    if (!isWord(*value))
        return fail(ErrorCode::InvalidInput, "{}: {} is {}, a word is expected", m_file, key, shown(value));
    return value->get<std::string>();
}

Result<std::vector<std::string>> PartConfig::texts(std::string_view key) const
{
    const Json* const value = find(key);
    std::vector<std::string> words;
    if (value != nullptr && value->is_array() && value->size() <= mostItems)
        for (const Json& item : *value)
            if (isWord(item))
                words.push_back(item.get<std::string>());
    if (words.empty() || words.size() != value->size())
        return fail(
            ErrorCode::InvalidInput, "{}: {} is {}, a list of 1 to {} words is expected", m_file, key,
            shown(value), mostItems);
    return words;
}

Result<void> PartConfig::refuse(std::initializer_list<std::string_view> keys) const
{
    for (const std::string_view key : keys) {
        const Json* const value = find(key);
        if (value != nullptr && !(value->is_boolean() && !value->get<bool>()))
            return fail(
                ErrorCode::Unsupported, "{}: {} is {}, which the network here does not have", m_file, key,
                shown(value));
    }
    return {};
}

Result<void> PartConfig::only(std::string_view key, std::string_view value) const
{
    const std::string found = TRY(text(key, value));
    if (found != value)
        return fail(
            ErrorCode::Unsupported, "{}: {} is '{}', only '{}' is known here", m_file, key, found, value);
    return {};
}

} // namespace tritloom::diffusers
