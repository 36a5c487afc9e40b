#pragma once

#include "core/architecture/model.h"
#include "core/base/result_store.h"

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace tritloom {

/// A project file: one SQLite database in WAL mode, so that a kill at any moment loses at most what was being
/// written. Any thread; calls wait for each other, each is one transaction.
class ProjectStore final : public ResultStore {
public:
    /// Creates the file where there is none and migrates an older one.
    /// A file that is refused stays byte for byte as it was, what lies beside it too.
    /// Errors: Io (cannot be opened, full disk), InvalidInput (no project file, or a damaged one: also one
    /// whose tables are not those of the migrations), Unsupported (made by a newer version).
    [[nodiscard]] static Result<std::shared_ptr<ProjectStore>> open(const std::filesystem::path& path);
    /// The same by these migrations, SQL each, instead of the program's own: all that are missing, or none.
    [[nodiscard]] static Result<std::shared_ptr<ProjectStore>>
    open(const std::filesystem::path& path, std::span<const char* const> migrations);
    /// The same for a file that nobody chose: a damaged one is put aside as "<name>.damaged" and a new one is
    /// begun.
    struct Opened {
        std::shared_ptr<ProjectStore> store;
        std::string notice; ///< a sentence where something was put aside
    };
    [[nodiscard]] static Result<Opened> openOrReplace(const std::filesystem::path& path);
    ~ProjectStore() override;

    [[nodiscard]] std::optional<std::vector<std::byte>> find(const Key& key) override;
    /// A full disk is not an error here: the result is simply not kept; see lastProblem().
    void put(const Key& key, std::string_view kind, std::span<const std::byte> value) override;

    struct Saved {
        Allocation allocation;
        std::vector<bool> pinned;
        std::vector<std::string>
            unknown; ///< "blk.0.attn_q (int99g0)": as stored now, as no such format is known
    };
    /// Layers are matched by name; layers the file does not know stay as stored.
    [[nodiscard]] Result<void> save(
        const Model& model, const std::string& name, const Allocation& allocation,
        const std::vector<bool>& pinned);
    [[nodiscard]] Result<std::optional<Saved>> load(const Model& model, const std::string& name);

    /// What the project is about. NotFound in a new file.
    struct ModelReference {
        std::filesystem::path path;
        std::string key; ///< contentKey in hexadecimal
    };
    [[nodiscard]] Result<void> setModel(const Model& model);
    [[nodiscard]] Result<ModelReference> model();

    struct Edit {
        std::int64_t id = 0;
        std::string text;
        std::uint64_t bytes = 0;
        std::optional<double> kl;
        std::string createdAt;
    };
    [[nodiscard]] Result<std::int64_t> addEdit(const std::string& text, std::uint64_t bytes);
    [[nodiscard]] Result<void> setEditKl(std::int64_t id, double kl);
    [[nodiscard]] Result<std::vector<Edit>> edits();

    [[nodiscard]] Result<void> setSetting(const std::string& key, std::span<const std::byte> value);
    [[nodiscard]] std::optional<std::vector<std::byte>> setting(const std::string& key);

    /// A whole, self-contained copy, written beside `path` and renamed: "save as".
    [[nodiscard]] Result<void> copyTo(const std::filesystem::path& path);
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    [[nodiscard]] std::string lastProblem(); ///< of put(); "" when all went well

private:
    ProjectStore(std::filesystem::path path, std::unique_ptr<SQLite::Database> database);
    template <typename Function>
    auto guarded(std::string_view doing, Function&& function) -> decltype(function());

    std::filesystem::path m_path;
    std::mutex m_mutex; ///< one connection serves window and workers; a value cannot stand for a file
    std::unique_ptr<SQLite::Database> m_database;
    std::string m_problem;
};

[[nodiscard]] std::string hexadecimal(const Key& key);

} // namespace tritloom
