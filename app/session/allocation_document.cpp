#include "app/session/allocation_document.h"

#include "app/session/choice_step.h"

#include <QCoreApplication>

#include <algorithm>

namespace tritloom {

class AllocationDocument::SetChoices final : public ChoiceStep {
public:
    SetChoices(
        AllocationDocument& document, std::vector<Change> before, std::vector<Change> after,
        const QString& text)
        : ChoiceStep(std::move(before), std::move(after), text)
        , m_document(document)
    {
    }
    void undo() override { m_document.apply(before()); }
    void redo() override { m_document.apply(after()); }

private:
    AllocationDocument& m_document;
};

class AllocationDocument::SetPins final : public QUndoCommand {
public:
    SetPins(AllocationDocument& document, std::vector<bool> after, const QString& text)
        : QUndoCommand(text)
        , m_document(document)
        , m_other(std::move(after))
    {
    }
    void undo() override { swap(); }
    void redo() override { swap(); }

private:
    void swap()
    {
        std::swap(m_document.m_pinned, m_other);
        emit m_document.pinsChanged();
    }
    AllocationDocument& m_document;
    std::vector<bool> m_other;
};

AllocationDocument::AllocationDocument(Allocation allocation, QObject* parent)
    : QObject(parent)
    , m_allocation(std::move(allocation))
    , m_pinned(m_allocation.layers.size(), false)
{
}

void AllocationDocument::apply(const std::vector<Change>& changes)
{
    for (const auto& [layer, choice] : changes)
        m_allocation[layer] = choice;
    emit changed(m_allocation);
}

void AllocationDocument::beginGesture(const QString& text)
{
    m_gestureStart = m_allocation;
    m_gestureText = text;
    m_inGesture = true;
}

void AllocationDocument::endGesture()
{
    if (!std::exchange(m_inGesture, false))
        return;
    std::vector<Change> before, after;
    for (std::size_t i = 0; i < m_allocation.layers.size(); ++i) {
        if (m_allocation.layers[i] == m_gestureStart.layers[i])
            continue;
        before.emplace_back(LayerId(i), m_gestureStart.layers[i]);
        after.emplace_back(LayerId(i), m_allocation.layers[i]);
    }
    if (!after.empty())
        m_undo.push(new SetChoices(*this, std::move(before), std::move(after), m_gestureText));
}

void AllocationDocument::setChoices(const std::vector<Change>& changes, const QString& text, Pins pins)
{
    std::vector<Change> before, after;
    for (const auto& [layer, choice] : changes) {
        if (m_allocation[layer] == choice || (pins == Pins::Respected && m_pinned[std::size_t(layer)]))
            continue;
        before.emplace_back(layer, m_allocation[layer]);
        after.emplace_back(layer, choice);
    }
    if (after.empty())
        return;
    if (m_inGesture) {
        apply(after);
        return;
    }
    m_undo.push(new SetChoices(*this, std::move(before), std::move(after), text));
}

void AllocationDocument::replace(const Allocation& allocation, const QString& text)
{
    std::vector<Change> changes;
    for (std::size_t i = 0; i < std::min(allocation.layers.size(), m_allocation.layers.size()); ++i)
        changes.emplace_back(LayerId(i), allocation.layers[i]);
    setChoices(changes, text, Pins::Respected);
}

void AllocationDocument::setPinned(const std::vector<LayerId>& layers, bool pinned)
{
    std::vector<bool> after = m_pinned;
    for (const LayerId layer : layers)
        after[std::size_t(layer)] = pinned;
    if (after != m_pinned)
        m_undo.push(new SetPins(
            *this, std::move(after),
            pinned ? QCoreApplication::translate("AllocationDocument", "Pin layers")
                   : QCoreApplication::translate("AllocationDocument", "Unpin layers")));
}

void visitSteps(
    AllocationDocument& document, const std::function<void(int step, const Allocation& allocation)>& visit)
{
    const QUndoStack& stack = document.undoStack();
    Allocation allocation = document.allocation();
    const auto take = [&](int command, const ChoiceStep::Changes& (ChoiceStep::*side)() const) {
        if (const auto* const moved = dynamic_cast<const ChoiceStep*>(stack.command(command)))
            for (const auto& [layer, choice] : (moved->*side)())
                allocation[layer] = choice;
    };
    visit(stack.index(), allocation);
    for (int at = stack.index(); at > 0; --at) {
        take(at - 1, &ChoiceStep::before);
        visit(at - 1, allocation);
    }
    allocation = document.allocation();
    for (int at = stack.index(); at < stack.count(); ++at) {
        take(at, &ChoiceStep::after);
        visit(at + 1, allocation);
    }
}

} // namespace tritloom
