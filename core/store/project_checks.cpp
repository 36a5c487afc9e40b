#include "core/store/project_checks.h"

#include "core/base/utf8.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <set>
#include <string>
#include <utility>

namespace tritloom {
namespace {

/// Tables, indexes and triggers, as sentences that make them. What the library adds by itself is left out.
std::set<std::pair<std::string, std::string>> schemaOf(SQLite::Database& database)
{
    std::set<std::pair<std::string, std::string>> made;
    SQLite::Statement select(
        database,
        "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'");
    while (select.executeStep())
        made.emplace(select.getColumn(0).getString(), select.getColumn(1).getString());
    return made;
}

} // namespace

Result<void> checkFileOrNew(const std::filesystem::path& path)
{
    std::error_code none;
    const auto status = std::filesystem::status(path, none);
    if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status))
        return {};
    return fail(
        ErrorCode::Io, "{}: {}", path.string(),
        std::filesystem::is_directory(status) ? "this is a folder, no project file"
                                              : "this is a device or pipe, no project file");
}

Result<void> checkSchema(
    SQLite::Database& database, std::span<const char* const> migrations, const std::filesystem::path& path)
{
    SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (const char* const step : migrations)
        fresh.exec(step);
    const auto expected = schemaOf(fresh), found = schemaOf(database);
    for (const auto& entry : expected)
        if (!found.contains(entry))
            return fail(
                ErrorCode::InvalidInput,
                "{}: the file is damaged: its table '{}' is not as this program makes it", path.string(),
                entry.first);
    for (const auto& entry : found)
        if (!expected.contains(entry))
            return fail(
                ErrorCode::InvalidInput, "{}: the file is damaged: '{}' in it is not of this program",
                path.string(), printable(entry.first));
    return {};
}

} // namespace tritloom
