#pragma once

#include "core/file/model_file.h"

#include <map>
#include <mutex>
#include <tuple>

namespace tritloom {

/// Finds and opens the models that files with differences refer to; each is mapped once however many of those
/// are opened. What was opened stays mapped as long as this lives. Any thread.
class BaseFiles {
public:
    /// A file as models run it: architectures name tensors anew and cut them, see preparedFile().
    using Prepare = std::shared_ptr<const ModelFile> (*)(ModelFile);

    /// given: what was asked for, whatever it is called; no other is taken in its place. prepare: null: files
    /// stay as they are.
    explicit BaseFiles(std::vector<std::filesystem::path> given = {}, Prepare prepare = nullptr);

    /// Files that are looked at last, where they are called as a reference says.
    void setRecent(std::vector<std::filesystem::path> recent);

    /// Where the model `name` may be that a file refers to, the likeliest first: beside the file, the recent
    /// ones; only what exists. Where some are given those alone, whatever is there.
    [[nodiscard]] std::vector<std::filesystem::path>
    candidates(const std::filesystem::path& file, const std::string& name) const;

    /// The model there, the same one as before unless the file has changed since.
    /// Errors: those of openModel().
    [[nodiscard]] Result<std::shared_ptr<const ModelFile>> open(const std::filesystem::path& path);

    /// A model that is open already, as its architecture prepared it: open() gives it for its path, and maps
    /// nothing a second time.
    void hold(std::shared_ptr<const ModelFile> model);

    /// Whether candidates() are what was asked for.
    [[nodiscard]] bool areGiven() const { return !m_given.empty(); }

    /// How many models were.
    [[nodiscard]] std::size_t opened() const;

private:
    /// Path, size and time of each file that a model is read from.
    using Stamp = std::vector<
        std::tuple<std::filesystem::path, std::uintmax_t, std::filesystem::file_time_type>>;
    struct Opened {
        Stamp stamp;
        std::shared_ptr<const ModelFile> model;
    };
    static Stamp stampOf(const std::filesystem::path& path);

    std::vector<std::filesystem::path> m_given;
    Prepare m_prepare = nullptr;
    mutable std::mutex m_recentMutex; ///< for m_recent alone: who sets it does not wait until a model is open
    std::vector<std::filesystem::path> m_recent;
    mutable std::mutex m_mutex; ///< guards what follows
    std::map<std::filesystem::path, Opened> m_opened; ///< by canonical path
};

/// A model, and the one that its file holds differences to: open() of `bases` gives that; null: it stands by
/// itself.
struct OverBase {
    ModelFile model;
    std::shared_ptr<const ModelFile> base;
};
/// As openModel(path, bases), with the base. Errors: as that.
[[nodiscard]] Result<OverBase> openOverBase(const std::filesystem::path& path, BaseFiles& bases);

/// As openModel(path); what the file refers to is searched there and not only beside it.
[[nodiscard]] Result<ModelFile> openModel(const std::filesystem::path& path, BaseFiles& bases);

/// The path with the entry's own name at its end: of a folder named with a slash behind, as "." or as "..".
[[nodiscard]] std::filesystem::path namedPath(const std::filesystem::path& path);

/// What a file or folder is called by those that refer to it, "base.gguf"; UTF-8: other bytes are \xNN.
[[nodiscard]] std::string baseName(const std::filesystem::path& path);

} // namespace tritloom
