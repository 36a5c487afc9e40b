#pragma once

#include "app/session/workspace.h"

#include <memory>
#include <vector>

namespace tritloom {

/// The models an open project went through: the one of its file, what transforms made of it, the original
/// again. Each keeps its own steps, and the way from one to the next is a step of both, so that undo walks
/// back through all of them one by one. An edit made after going back forgets what came later. GUI thread
/// only.
class ModelHistory final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    ~ModelHistory() override;

    void begin(std::shared_ptr<Workspace> first);
    void clear();
    /// Bits: it takes goal, bits and pins over. ItsOwn: another model, looked at; the next such step takes
    /// the place of this one where nothing was edited in between.
    enum class Keeps { Bits, ItsOwn };
    /// `next` takes selection and prompt over and becomes the present one; text: of the step.
    void step(std::shared_ptr<Workspace> next, const QString& text, Keeps keeps = Keeps::Bits);
    /// Takes back the last step where it only looked, away from this model: moved() follows.
    bool returnsTo(const Model& model);
    [[nodiscard]] const std::shared_ptr<Workspace>& present() const { return m_eras[m_present].workspace; }
    /// Models that transforms made lie in memory whole. Of those that undo leads back to as many are kept as
    /// take this many bytes together, and always the last; those before them are let go, the earliest first.
    /// The standard is a quarter of the machine's memory.
    void setMemoryLimit(std::uint64_t bytes) { m_memoryLimit = bytes; }
    /// The present model as its file has it; null: it was opened as a project that had been rewritten.
    [[nodiscard]] std::shared_ptr<Workspace> original() const;

signals:
    void moved(); ///< undo or redo made another one the present one
    void endReached(); ///< undo led to a model that was let go: the present one stays

private:
    class ModelStep;
    struct Era {
        std::shared_ptr<Workspace> workspace;
        const QUndoCommand* leave = nullptr; ///< its last step: to the next era
        bool isLookedAt = false; ///< see Keeps::ItsOwn
    };
    [[nodiscard]] bool onlyLooks() const;
    void ask(std::size_t era); ///< once the undo stack that asks is done
    void go(std::size_t era);
    void forgetLater(); ///< where the way to them has been replaced by an edit
    void forgetFrom(std::size_t era);
    void keepToLimit();
    [[nodiscard]] bool isLetGo(std::size_t era) const { return era < m_letGo; }

    // Eras are counted from the first that there ever was; the list begins behind those that were let go.
    std::vector<Era> m_eras;
    std::size_t m_present = 0; ///< in the list
    std::size_t m_letGo = 0;
    std::shared_ptr<Workspace> m_original; ///< where it was let go: it costs nothing, its file is mapped
    std::uint64_t m_memoryLimit = 0; ///< 0: the standard
};

} // namespace tritloom
