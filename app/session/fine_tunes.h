#pragma once

#include "app/session/engine.h"
#include "app/session/job.h"
#include "core/file/base_files.h"

#include <QStringList>

#include <optional>
#include <vector>

namespace tritloom {

class ProjectStore;

/// A row of FineTunes: the base, or a fine-tune that is stored as differences to it. A value.
struct FineTune {
    std::filesystem::path path; ///< absolute
    std::shared_ptr<const Model> model; ///< null: it is being opened, or `problem` says why it cannot be
    std::uint64_t bytes = 0; ///< of the base its tensors, of others what they have in memory beside those
    std::string problem; ///< one sentence
    bool isNew = false; ///< added, and not known yet to be a fine-tune of the base
    std::shared_ptr<Engine> engine; ///< null: nobody has looked at it yet
    std::shared_ptr<ProjectStore> store; ///< its own project; null: nothing is kept
};

/// One base and the fine-tunes over it. The base is mapped once, and all of them read its tensors there; each
/// has a project of its own. The projects of all of them share the list and keep it. GUI thread only.
class FineTunes final : public QObject {
    Q_OBJECT

public:
    /// Of a model that was opened: that alone, as the base.
    FineTunes(const std::shared_ptr<Engine>& engine, std::shared_ptr<ProjectStore> store);

    /// The base first. Of a model that has no fine-tunes it is the only row.
    [[nodiscard]] const std::vector<FineTune>& rows() const { return m_rows; }
    [[nodiscard]] bool isEmpty() const { return m_rows.size() < 2; }
    /// In memory, all of them together; those that cannot be opened count nothing.
    [[nodiscard]] std::uint64_t bytes() const;
    /// The row of the file that the model is from, transforms or not.
    [[nodiscard]] std::optional<std::size_t> rowOf(const Model& model) const;
    /// That many rows further among those that can be looked at, the first after the last; nullopt: there is
    /// no other.
    [[nodiscard]] std::optional<std::size_t> beside(const Model& model, int steps) const;

    /// The model that was opened holds differences to this one, as BaseFiles opened it.
    void setBase(std::shared_ptr<const ModelFile> base);
    /// Opens them on a thread of its own; changed() follows, and refused() for those that are no fine-tunes
    /// of the base. One that could not be opened is tried again.
    void add(const std::vector<std::filesystem::path>& paths);
    /// One that was opened over the base's own mapping already, with its project; its row.
    std::size_t adopt(const std::shared_ptr<Engine>& engine, std::shared_ptr<ProjectStore> store);
    void remove(std::size_t row); ///< of a fine-tune
    /// Of one that could not be opened: tries again. Else makes what is missing to look at it, with what is
    /// measured as `present` has it; picked() or failed() follows, at once where somebody looked at it
    /// before.
    void pick(std::size_t row, const Engine& present);
    [[nodiscard]] Job& opening() { return m_opening; }

    /// The list as a project keeps it; "": nothing but the base.
    [[nodiscard]] std::string text() const;
    void restore(const std::string& text); ///< and opens them, as add() does

signals:
    void changed();
    void refused(const QStringList& why); ///< a sentence each; they are not in the list
    void picked(std::size_t row, const QString& problem); ///< problem: why its project keeps nothing
    void failed(const QString& why); ///< of pick()

private:
    struct Opened {
        std::filesystem::path path;
        Result<std::shared_ptr<const Model>> model;
        std::uint64_t bytes = 0;
    };
    void openMissing();
    void take(std::vector<Opened> opened);
    void beginBases();
    [[nodiscard]] std::optional<std::size_t> rowOf(const std::filesystem::path& path) const;

    std::vector<FineTune> m_rows;
    std::shared_ptr<BaseFiles> m_bases; ///< has the base alone
    Job m_opening, m_picking; // last: joined before what they use goes away
};

} // namespace tritloom
