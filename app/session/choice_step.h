#pragma once

#include "core/allocate/allocation.h"

#include <QUndoCommand>

#include <functional>
#include <utility>
#include <vector>

namespace tritloom {

class AllocationDocument;

/// A step of the undo stack that gave layers other choices.
class ChoiceStep : public QUndoCommand {
public:
    using Changes = std::vector<std::pair<LayerId, LayerChoice>>;
    ChoiceStep(Changes before, Changes after, const QString& text)
        : QUndoCommand(text)
        , m_before(std::move(before))
        , m_after(std::move(after))
    {
    }
    [[nodiscard]] const Changes& before() const { return m_before; }
    [[nodiscard]] const Changes& after() const { return m_after; }

private:
    Changes m_before, m_after;
};

/// Calls back with the allocation after the first `step` steps of the undo stack, for every step from 0 (as
/// opened) to the last one, undone ones among them, in no order; not within a gesture. GUI thread only.
void visitSteps(
    AllocationDocument& document, const std::function<void(int step, const Allocation& allocation)>& visit);

} // namespace tritloom
