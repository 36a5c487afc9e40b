#include "app/gui/widgets/bit_loom_accessible.h"

#include "app/gui/widgets/bit_loom.h"

#include <QAccessibleWidget>
#include <QLocale>
#include <QPointer>

#include <map>

namespace tritloom {
namespace {

/// One bar. Lives in Qt's cache; the loom's interface remembers the ids and takes them down with it.
class BarInterface final : public QAccessibleInterface,
                           public QAccessibleValueInterface,
                           public QAccessibleActionInterface {
public:
    BarInterface(BitLoom* loom, int index)
        : m_loom(loom)
        , m_index(index)
    {
    }
    bool isValid() const override { return m_loom && std::size_t(m_index) < m_loom->bars().size(); }
    QObject* object() const override { return nullptr; }
    QWindow* window() const override { return m_loom ? m_loom->window()->windowHandle() : nullptr; }
    QAccessibleInterface* parent() const override { return QAccessible::queryAccessibleInterface(m_loom); }
    QAccessibleInterface* child(int) const override { return nullptr; }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    QAccessible::Role role() const override { return QAccessible::Slider; }
    void setText(QAccessible::Text, const QString&) override { }
    QString text(QAccessible::Text kind) const override
    {
        if (!isValid())
            return {};
        const LoomBar& bar = m_loom->bars()[std::size_t(m_index)];
        if (kind == QAccessible::Description)
            return m_loom->isCut(m_index) ? BitLoom::cutText() : QString();
        return kind == QAccessible::Name ? m_loom->spoken(m_index)
            : kind == QAccessible::Value ? QLocale().toString(bar.bits, 'g', 6)
                                         : QString();
    }
    QRect rect() const override
    {
        if (!isValid())
            return {};
        const QRect bar = m_loom->barRect(m_index);
        return {m_loom->viewport()->mapToGlobal(bar.topLeft()), bar.size()};
    }
    QAccessible::State state() const override
    {
        QAccessible::State state;
        state.invalid = !isValid();
        state.focusable = state.selectable = state.extSelectable = true;
        if (isValid()) {
            state.focused = m_loom->hasFocus() && m_loom->current() == m_index;
            const std::vector<int> selection = m_loom->selection();
            state.selected = std::find(selection.begin(), selection.end(), m_index) != selection.end();
        }
        return state;
    }
    void* interface_cast(QAccessible::InterfaceType type) override
    {
        if (type == QAccessible::ValueInterface)
            return static_cast<QAccessibleValueInterface*>(this);
        if (type == QAccessible::ActionInterface)
            return static_cast<QAccessibleActionInterface*>(this);
        return nullptr;
    }
    QVariant currentValue() const override
    {
        return isValid() ? m_loom->bars()[std::size_t(m_index)].bits : 0.0;
    }
    void setCurrentValue(const QVariant& value) override
    {
        if (isValid())
            m_loom->askForBits(m_index, value.toDouble());
    }
    QVariant maximumValue() const override { return loom_axis::ticks().back(); }
    QVariant minimumValue() const override { return loom_axis::ticks().front(); }
    QVariant minimumStepSize() const override { return 0.01; }
    QStringList actionNames() const override
    {
        return {setFocusAction(), increaseAction(), decreaseAction()};
    }
    void doAction(const QString& name) override
    {
        if (!isValid())
            return;
        m_loom->askForCurrent(m_index);
        if (name == increaseAction())
            emit m_loom->stepAsked(+1, false);
        else if (name == decreaseAction())
            emit m_loom->stepAsked(-1, false);
        else
            m_loom->setFocus();
    }
    QStringList keyBindingsForAction(const QString& name) const override
    {
        return name == increaseAction() ? QStringList{QStringLiteral("Up")}
            : name == decreaseAction()  ? QStringList{QStringLiteral("Down")}
                                        : QStringList{};
    }

private:
    QPointer<BitLoom> m_loom;
    int m_index;
};

class LoomInterface final : public QAccessibleWidget {
public:
    explicit LoomInterface(BitLoom* loom)
        : QAccessibleWidget(loom, QAccessible::Grouping)
        , m_loom(loom)
    {
    }
    ~LoomInterface() override
    {
        for (const auto& [index, id] : m_ids)
            QAccessible::deleteAccessibleInterface(id);
    }
    int childCount() const override { return m_loom ? int(m_loom->bars().size()) : 0; }
    QAccessibleInterface* child(int index) const override
    {
        if (index < 0 || index >= childCount())
            return nullptr;
        const auto known = m_ids.find(index);
        if (known != m_ids.end())
            return QAccessible::accessibleInterface(known->second);
        auto* const bar = new BarInterface(m_loom, index);
        m_ids[index] = QAccessible::registerAccessibleInterface(bar);
        return bar;
    }
    int indexOfChild(const QAccessibleInterface* child) const override
    {
        for (const auto& [index, id] : m_ids)
            if (QAccessible::accessibleInterface(id) == child)
                return index;
        return -1;
    }
    QAccessibleInterface* childAt(int x, int y) const override
    {
        for (int i = 0; i < childCount(); ++i)
            if (QAccessibleInterface* const bar = child(i); bar->rect().contains(x, y))
                return bar;
        return nullptr;
    }
    QAccessibleInterface* focusChild() const override
    {
        return m_loom && m_loom->hasFocus() ? child(m_loom->current()) : nullptr;
    }

private:
    QPointer<BitLoom> m_loom;
    mutable std::map<int, QAccessible::Id> m_ids;
};

QAccessibleInterface* makeInterface(const QString&, QObject* object)
{
    auto* const loom = qobject_cast<BitLoom*>(object);
    return loom != nullptr ? new LoomInterface(loom) : nullptr;
}

} // namespace

void installLoomAccessibility()
{
    static const bool installed = [] {
        QAccessible::installFactory(makeInterface);
        return true;
    }();
    (void)installed;
}

} // namespace tritloom
