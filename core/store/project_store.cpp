#include "core/store/project_store.h"

#include "core/base/part_file.h"
#include "core/base/utf8.h"
#include "core/store/migrations.h"
#include "core/store/project_checks.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include <cstring>

namespace tritloom {
namespace {

constexpr int applicationId = 0x54724c6d; // "TrLm"

std::vector<std::byte> bytesOf(const SQLite::Column& column)
{
    const auto* const data = static_cast<const std::byte*>(column.getBlob());
    return {data, data + column.getBytes()};
}

void bindKey(SQLite::Statement& statement, int index, const Key& key)
{
    std::byte bytes[16];
    std::memcpy(bytes, &key.high, 8);
    std::memcpy(bytes + 8, &key.low, 8);
    statement.bind(index, bytes, int(sizeof bytes));
}

/// What to do about it, where there is something to do.
std::string adviceFor(const SQLite::Exception& error)
{
    switch (error.getErrorCode() & 0xff) {
    case SQLITE_FULL:
        return "the disk is full; the file keeps what it had";
    case SQLITE_READONLY:
        return "the file or its folder cannot be written";
    case SQLITE_CANTOPEN:
        return "the folder is missing, or it or the file cannot be read and written";
    case SQLITE_BUSY:
        return "another program holds the file";
    case SQLITE_NOTADB:
        return "this is not a project file";
    case SQLITE_CORRUPT:
        return "the file is damaged";
    case SQLITE_IOERR:
        return "the disk cannot be read or written, or a limit on file sizes is reached; the file keeps what "
               "it had";
    default:
        return printable(error.what());
    }
}

/// A file of that name that does not lie there yet.
std::filesystem::path asideOf(const std::filesystem::path& path)
{
    std::filesystem::path aside = path.string() + ".damaged";
    std::error_code error;
    for (int i = 2; std::filesystem::exists(std::filesystem::symlink_status(aside, error)); ++i)
        aside = fmt::format("{}.damaged-{}", path.string(), i);
    return aside;
}

} // namespace

std::string hexadecimal(const Key& key)
{
    return fmt::format("{:016x}{:016x}", key.high, key.low);
}

template <typename Function>
auto ProjectStore::guarded(std::string_view doing, Function&& function) -> decltype(function())
{
    const std::scoped_lock lock(m_mutex);
    try {
        return function();
    } catch (const SQLite::Exception& error) {
        return fail(ErrorCode::Io, "{}: {}: {}", m_path.string(), doing, adviceFor(error));
    }
}

ProjectStore::ProjectStore(std::filesystem::path path, std::unique_ptr<SQLite::Database> database)
    : m_path(std::move(path))
    , m_database(std::move(database))
{
}

ProjectStore::~ProjectStore() = default;

Result<std::shared_ptr<ProjectStore>> ProjectStore::open(const std::filesystem::path& path)
{
    return open(path, migrations);
}

Result<std::shared_ptr<ProjectStore>>
ProjectStore::open(const std::filesystem::path& path, std::span<const char* const> steps)
{
    TRY_VOID(checkFileOrNew(path));
    try {
        auto database = std::make_unique<SQLite::Database>(
            path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_FULLMUTEX, 2000);
        // What another program left beside the file is not written into it before it is known as a project.
        if (std::error_code none; std::filesystem::exists(path.string() + "-wal", none))
            sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        // Its own functions alone may be called by what a file says of itself.
        sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        const int version = database->execAndGet("PRAGMA user_version").getInt();
        const int id = database->execAndGet("PRAGMA application_id").getInt();
        const bool isNew = database->execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
        if (!isNew && id != applicationId)
            return fail(
                ErrorCode::InvalidInput, "{}: a database, but not a project file of Tritloom", path.string());
        if (version > int(steps.size()))
            return fail(
                ErrorCode::Unsupported, "{}: made by a newer Tritloom (schema {}, this one knows {})",
                path.string(), version, steps.size());
        if (version < 0) // which counts the migrations that were done
            return fail(
                ErrorCode::InvalidInput, "{}: the file is damaged: schema {}", path.string(), version);
        if (const std::string found = database->execAndGet("PRAGMA quick_check(1)").getString();
            found != "ok")
            return fail( // of its lines the last says what
                ErrorCode::InvalidInput, "{}: the file is damaged: {}", path.string(),
                printable(found.substr(found.rfind('\n') + 1)));
        if (!isNew || version > 0)
            TRY_VOID(checkSchema(*database, steps.first(std::size_t(version)), path));
        database->exec("PRAGMA journal_mode = WAL");
        database->exec("PRAGMA synchronous = NORMAL");
        database->exec("PRAGMA foreign_keys = ON");
        if (version < int(steps.size())) {
            SQLite::Transaction transaction(
                *database); // one for all: a step that fails leaves the file as it was
            for (const char* const step : steps.subspan(std::size_t(version)))
                database->exec(step);
            database->exec(fmt::format("PRAGMA user_version = {}", steps.size()));
            database->exec(fmt::format("PRAGMA application_id = {}", applicationId));
            transaction.commit();
        }
        sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
        return std::shared_ptr<ProjectStore>(new ProjectStore(path, std::move(database)));
    } catch (const SQLite::Exception& error) {
        const int code = error.getErrorCode() & 0xff;
        return fail(
            code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? ErrorCode::InvalidInput : ErrorCode::Io,
            "{}: {}", path.string(), adviceFor(error));
    }
}

Result<ProjectStore::Opened> ProjectStore::openOrReplace(const std::filesystem::path& path)
{
    auto opened = open(path);
    if (opened)
        return Opened{std::move(*opened), {}};
    // A newer version's file is no damage, and what cannot be opened cannot be put aside either.
    if (opened.error().code != ErrorCode::InvalidInput)
        return tl::make_unexpected(std::move(opened).error());
    const std::filesystem::path aside = asideOf(path);
    std::error_code error;
    std::filesystem::rename(path, aside, error);
    if (error)
        return tl::make_unexpected(std::move(opened).error());
    // What was written last stands in the log, which belongs to the file that was put aside.
    std::filesystem::rename(path.string() + "-wal", aside.string() + "-wal", error);
    std::filesystem::remove(path.string() + "-shm", error);
    return Opened{
        TRY(open(path)),
        fmt::format(
            "the project kept for this model was damaged; it was put aside as {} and a new one begun",
            aside.string())};
}

std::optional<std::vector<std::byte>> ProjectStore::find(const Key& key)
{
    const auto found = guarded("find", [&]() -> Result<std::optional<std::vector<std::byte>>> {
        SQLite::Statement statement(*m_database, "SELECT value FROM result WHERE key = ?");
        bindKey(statement, 1, key);
        if (!statement.executeStep())
            return std::optional<std::vector<std::byte>>();
        return std::optional(bytesOf(statement.getColumn(0)));
    });
    return found ? *found : std::nullopt;
}

void ProjectStore::put(const Key& key, std::string_view kind, std::span<const std::byte> value)
{
    const auto done = guarded("keep a result", [&]() -> Result<void> {
        SQLite::Statement statement(
            *m_database, "INSERT OR REPLACE INTO result(key, kind, value) VALUES (?, ?, ?)");
        bindKey(statement, 1, key);
        statement.bind(2, std::string(kind));
        statement.bind(3, value.data(), int(value.size()));
        statement.exec();
        return {};
    });
    const std::scoped_lock lock(m_mutex);
    m_problem = done ? std::string() : done.error().message;
}

std::string ProjectStore::lastProblem()
{
    const std::scoped_lock lock(m_mutex);
    return m_problem;
}

Result<void> ProjectStore::save(
    const Model& model, const std::string& name, const Allocation& allocation,
    const std::vector<bool>& pinned)
{
    return guarded("save", [&]() -> Result<void> {
        SQLite::Transaction transaction(*m_database);
        SQLite::Statement header(
            *m_database,
            "INSERT INTO allocation(name) VALUES (?) ON CONFLICT(name) DO UPDATE SET name = name");
        header.bind(1, name);
        header.exec();
        SQLite::Statement identity(*m_database, "SELECT id FROM allocation WHERE name = ?");
        identity.bind(1, name);
        identity.executeStep();
        const std::int64_t id = identity.getColumn(0).getInt64();
        SQLite::Statement clear(*m_database, "DELETE FROM choice WHERE allocation = ?");
        clear.bind(1, id);
        clear.exec();
        SQLite::Statement insert(
            *m_database,
            "INSERT INTO choice(allocation, layer, format, method, parameters_json, pinned) VALUES (?, ?, ?, "
            "?, ?, ?)");
        for (std::size_t i = 0; i < model.layers.size(); ++i) {
            const LayerChoice& choice = allocation.layers[i];
            insert.reset();
            insert.bind(1, id);
            insert.bind(2, model.layers[i].name);
            insert.bind(3, choice.format);
            insert.bind(4, choice.method);
            insert.bind(5, nlohmann::json(choice.parameters).dump());
            insert.bind(6, i < pinned.size() && pinned[i] ? 1 : 0);
            insert.exec();
        }
        transaction.commit();
        return {};
    });
}

Result<std::optional<ProjectStore::Saved>> ProjectStore::load(const Model& model, const std::string& name)
{
    return guarded("load", [&]() -> Result<std::optional<Saved>> {
        SQLite::Statement select(
            *m_database,
            "SELECT layer, format, method, parameters_json, pinned FROM choice "
            "JOIN allocation ON allocation.id = choice.allocation WHERE allocation.name = ?");
        select.bind(1, name);
        std::map<std::string, std::size_t> indexOf;
        for (std::size_t i = 0; i < model.layers.size(); ++i)
            indexOf[model.layers[i].name] = i;
        Saved saved{model.original(), std::vector<bool>(model.layers.size()), {}};
        bool any = false;
        while (select.executeStep()) {
            any = true;
            const auto found = indexOf.find(select.getColumn(0).getString());
            if (found == indexOf.end())
                continue;
            saved.pinned[found->second] = select.getColumn(4).getInt() != 0;
            const std::string format = select.getColumn(1).getString();
            if (!format.empty() && !parseNumberFormat(format)) { // of a plugin or a version that is not there
                saved.unknown.push_back(fmt::format("{} ({})", found->first, printable(format)));
                continue;
            }
            LayerChoice& choice = saved.allocation.layers[found->second];
            choice.format = format;
            choice.method = select.getColumn(2).getString();
            const auto parameters = nlohmann::json::parse(select.getColumn(3).getString(), nullptr, false);
            if (parameters.is_object())
                for (const auto& [key, value] : parameters.items())
                    if (value.is_number())
                        choice.parameters[key] = value.get<double>();
        }
        return any ? std::optional(std::move(saved)) : std::nullopt;
    });
}

Result<void> ProjectStore::setModel(const Model& model)
{
    return guarded("save the model's name", [&]() -> Result<void> {
        SQLite::Statement insert(
            *m_database, "INSERT OR REPLACE INTO model(id, path, key, bytes) VALUES (1, ?, ?, ?)");
        insert.bind(1, std::filesystem::absolute(model.file->path).string());
        insert.bind(2, hexadecimal(model.key));
        insert.bind(3, std::int64_t(model.bytes()));
        insert.exec();
        return {};
    });
}

Result<ProjectStore::ModelReference> ProjectStore::model()
{
    return guarded("read the model's name", [&]() -> Result<ModelReference> {
        SQLite::Statement select(*m_database, "SELECT path, key FROM model");
        if (!select.executeStep())
            return fail(ErrorCode::NotFound, "{}: the project names no model", m_path.string());
        return ModelReference{select.getColumn(0).getString(), select.getColumn(1).getString()};
    });
}

Result<std::int64_t> ProjectStore::addEdit(const std::string& text, std::uint64_t bytes)
{
    return guarded("add to the history", [&]() -> Result<std::int64_t> {
        SQLite::Statement insert(*m_database, "INSERT INTO edit(text, bytes) VALUES (?, ?)");
        insert.bind(1, text);
        insert.bind(2, std::int64_t(bytes));
        insert.exec();
        return m_database->getLastInsertRowid();
    });
}

Result<void> ProjectStore::setEditKl(std::int64_t id, double kl)
{
    return guarded("add to the history", [&]() -> Result<void> {
        SQLite::Statement update(*m_database, "UPDATE edit SET kl = ? WHERE id = ?");
        update.bind(1, kl);
        update.bind(2, id);
        update.exec();
        return {};
    });
}

Result<std::vector<ProjectStore::Edit>> ProjectStore::edits()
{
    return guarded("read the history", [&]() -> Result<std::vector<Edit>> {
        std::vector<Edit> list;
        SQLite::Statement select(*m_database, "SELECT id, text, bytes, kl, created_at FROM edit ORDER BY id");
        while (select.executeStep()) {
            Edit edit;
            edit.id = select.getColumn(0).getInt64();
            edit.text = select.getColumn(1).getString();
            edit.bytes = std::uint64_t(select.getColumn(2).getInt64());
            if (!select.getColumn(3).isNull())
                edit.kl = select.getColumn(3).getDouble();
            edit.createdAt = select.getColumn(4).getString();
            list.push_back(std::move(edit));
        }
        return list;
    });
}

Result<void> ProjectStore::setSetting(const std::string& key, std::span<const std::byte> value)
{
    return guarded("save a setting", [&]() -> Result<void> {
        SQLite::Statement insert(*m_database, "INSERT OR REPLACE INTO setting(key, value) VALUES (?, ?)");
        insert.bind(1, key);
        insert.bind(2, value.data(), int(value.size()));
        insert.exec();
        return {};
    });
}

std::optional<std::vector<std::byte>> ProjectStore::setting(const std::string& key)
{
    const auto found = guarded("read a setting", [&]() -> Result<std::optional<std::vector<std::byte>>> {
        SQLite::Statement select(*m_database, "SELECT value FROM setting WHERE key = ?");
        select.bind(1, key);
        if (!select.executeStep())
            return std::optional<std::vector<std::byte>>();
        return std::optional(bytesOf(select.getColumn(0)));
    });
    return found ? *found : std::nullopt;
}

Result<void> ProjectStore::copyTo(const std::filesystem::path& path)
{
    PartFile part = TRY(PartFile::create(path)); // empty, which SQLite takes
    TRY_VOID(guarded("copy", [&]() -> Result<void> {
        SQLite::Statement copy(*m_database, "VACUUM INTO ?");
        copy.bind(1, part.path().string());
        copy.exec();
        return {};
    }));
    return part.commit();
}

} // namespace tritloom
