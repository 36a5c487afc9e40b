#pragma once

#include "core/allocate/allocation.h"

#include <QObject>
#include <QUndoStack>

#include <set>
#include <utility>
#include <vector>

namespace tritloom {

/// The one mutable allocation of an open project, with its pins. GUI thread only; all others get values.
class AllocationDocument final : public QObject {
    Q_OBJECT

public:
    explicit AllocationDocument(Allocation allocation, QObject* parent = nullptr);

    [[nodiscard]] const Allocation& allocation() const { return m_allocation; }
    [[nodiscard]] const std::vector<bool>& pinned() const { return m_pinned; }
    [[nodiscard]] QUndoStack& undoStack() { return m_undo; }

    /// Changes until endGesture() are one undo step with this text; a gesture that ends where it began is none.
    void beginGesture(const QString& text);
    void setGestureText(const QString& text) { m_gestureText = text; } ///< known only once it is seen where it goes
    void endGesture();
    [[nodiscard]] bool inGesture() const { return m_inGesture; }

    using Change = std::pair<LayerId, LayerChoice>;
    /// Several layers at once; outside a gesture one undo step of its own. Pinned layers are left alone unless
    /// `pins` says otherwise.
    enum class Pins { Respected, Overridden };
    void setChoices(const std::vector<Change>& changes, const QString& text, Pins pins = Pins::Overridden);
    /// A whole allocation (from the allocator, a recipe): one undo step. Pinned layers stay.
    void replace(const Allocation& allocation, const QString& text);
    void setPinned(const std::vector<LayerId>& layers, bool pinned); ///< undoable

signals:
    void changed(const tritloom::Allocation& allocation); ///< bits moved, by hand, undo or allocator
    void pinsChanged();

private:
    class SetChoices;
    class SetPins;
    void apply(const std::vector<Change>& changes);

    Allocation m_allocation, m_gestureStart;
    std::vector<bool> m_pinned;
    QUndoStack m_undo;
    QString m_gestureText;
    bool m_inGesture = false;
};

} // namespace tritloom
