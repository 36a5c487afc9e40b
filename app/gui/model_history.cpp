#include "app/gui/model_history.h"

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace tritloom {
namespace {

std::uint64_t physicalMemory()
{
    return std::uint64_t(sysconf(_SC_PHYS_PAGES)) * std::uint64_t(sysconf(_SC_PAGESIZE));
}

} // namespace

/// One way through the boundary between two eras. There is one at the end of the earlier one's steps, whose
/// redo leads on, and one at the start of the later one's, whose undo leads back.
class ModelHistory::ModelStep final : public QUndoCommand {
public:
    enum class Leads { On, Back };
    ModelStep(ModelHistory& history, std::size_t from, Leads leads, const QString& text)
        : QUndoCommand(text)
        , m_history(history)
        , m_from(from)
        , m_leads(leads)
    {
    }
    void undo() override
    {
        if (m_leads != Leads::Back)
            return;
        if (!m_history.isLetGo(m_from - 1))
            return m_history.ask(m_from - 1);
        setObsolete(true); // leads nowhere any more
        emit m_history.endReached();
    }
    void redo() override
    {
        if (!std::exchange(m_isNew, false) && m_leads == Leads::On)
            m_history.ask(m_from + 1);
    }

private:
    ModelHistory& m_history;
    std::size_t m_from;
    Leads m_leads;
    bool m_isNew = true; ///< pushing calls redo()
};

ModelHistory::~ModelHistory()
{
    clear();
}

void ModelHistory::begin(std::shared_ptr<Workspace> first)
{
    clear();
    m_eras.push_back({std::move(first)});
}

void ModelHistory::clear()
{
    forgetFrom(0);
    m_present = 0;
    m_letGo = 0;
    m_original.reset();
}

void ModelHistory::forgetFrom(std::size_t era)
{
    // Stacks announce their end, and must find the list as it is afterwards.
    std::vector<Era> forgotten;
    for (std::size_t i = era; i < m_eras.size(); ++i) {
        m_eras[i].workspace->document().undoStack().disconnect(this);
        forgotten.push_back(std::move(m_eras[i]));
    }
    m_eras.resize(std::min(era, m_eras.size()));
}

bool ModelHistory::onlyLooks() const
{
    const Era& era = m_eras[m_present];
    return era.isLookedAt && m_present > 0 && era.workspace->document().undoStack().count() == 1;
}

bool ModelHistory::returnsTo(const Model& model)
{
    if (!onlyLooks() || m_eras[m_present - 1].workspace->model().key != model.key)
        return false;
    present()->document().undoStack().undo();
    return true;
}

void ModelHistory::step(std::shared_ptr<Workspace> next, const QString& text, Keeps keeps)
{
    next->selection().set(present()->selection().layers(), present()->selection().current());
    next->text().setAsked(present()->text().asked());
    const bool replaces = keeps == Keeps::ItsOwn && onlyLooks();
    if (replaces)
        --m_present;
    forgetFrom(m_present + 1);
    Workspace& last = *present();
    if (keeps == Keeps::Bits)
        next->takeOver(last);
    // Looking elsewhere is no edit that either project would tell of.
    const bool isEdit = keeps == Keeps::Bits;
    const QSignalBlocker lastUnsaid(isEdit ? nullptr : &last.document().undoStack());
    const QSignalBlocker nextUnsaid(isEdit ? nullptr : &next->document().undoStack());
    if (replaces)
        last.document().undoStack().undo(); // the way to the one that was only looked at
    {
        // What it did before belongs to no way that led here, and is no edit either.
        const QSignalBlocker quiet(next->document().undoStack());
        next->document().undoStack().clear();
    }
    next->document().undoStack().push(
        new ModelStep(*this, m_letGo + m_present + 1, ModelStep::Leads::Back, text));
    if (!isEdit)
        next->document().undoStack().setClean();
    auto* const leave = new ModelStep(*this, m_letGo + m_present, ModelStep::Leads::On, text);
    last.document().undoStack().push(leave);
    m_eras.back().leave = leave;
    connect(
        &last.document().undoStack(), &QUndoStack::indexChanged, this, &ModelHistory::forgetLater,
        Qt::UniqueConnection);
    m_eras.push_back({std::move(next), nullptr, keeps == Keeps::ItsOwn});
    ++m_present;
    keepToLimit();
}

void ModelHistory::keepToLimit()
{
    const std::uint64_t limit = m_memoryLimit != 0 ? m_memoryLimit : physicalMemory() / 4;
    const auto inMemory = [](const Era& era) {
        return era.workspace->engine().transforms().empty() ? 0 : era.workspace->model().bytes();
    };
    std::uint64_t kept = 0;
    for (std::size_t i = 0; i < m_present; ++i)
        kept += inMemory(m_eras[i]);
    // The one before the present stays whatever it takes: the step that was just made can be undone.
    while (m_present > 1 && kept > limit) {
        kept -= inMemory(m_eras.front());
        if (!m_original && m_eras.front().workspace->engine().transforms().empty())
            m_original = m_eras.front().workspace;
        m_eras.front().workspace->document().undoStack().disconnect(this);
        const Era letGo = std::move(m_eras.front()); // its stack announces its end: after the list is right
        m_eras.erase(m_eras.begin());
        --m_present;
        ++m_letGo;
    }
}

std::shared_ptr<Workspace> ModelHistory::original() const
{
    const auto isIt = [this](const std::shared_ptr<Workspace>& one) {
        return one && one->engine().transforms().empty()
            && one->model().file->path == present()->model().file->path;
    };
    if (isIt(m_original))
        return m_original;
    const auto found = std::ranges::find_if(m_eras, isIt, &Era::workspace);
    return found == m_eras.end() ? nullptr : found->workspace;
}

void ModelHistory::ask(std::size_t era)
{
    QMetaObject::invokeMethod(
        this, [this, era] { go(era); }, Qt::QueuedConnection);
}

void ModelHistory::go(std::size_t era)
{
    if (isLetGo(era) || era - m_letGo >= m_eras.size() || era - m_letGo == m_present)
        return; // closed or forgotten meanwhile
    const bool back = era - m_letGo < m_present;
    const auto asked = present()->text().asked();
    m_present = era - m_letGo;
    QUndoStack& stack = present()->document().undoStack();
    present()->text().setAsked(asked);
    back ? stack.undo() : stack.redo(); // its half of the same step
    emit moved();
}

void ModelHistory::forgetLater()
{
    if (m_present + 1 >= m_eras.size())
        return;
    const QUndoStack& stack = present()->document().undoStack();
    if (stack.count() == 0 || stack.command(stack.count() - 1) != m_eras[m_present].leave)
        forgetFrom(m_present + 1);
}

} // namespace tritloom
