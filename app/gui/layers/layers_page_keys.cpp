// The keyboard twin of the loom in the table of layers.
#include "app/gui/allocation/loom_text.h"
#include "app/gui/layers/layers_page.h"
#include "app/gui/number_text.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QShortcut>
#include <QTreeView>

#include <algorithm>

namespace tritloom {

std::vector<LayerId> LayersPage::chosen() const
{
    return m_workspace.selection().layers();
}

void LayersPage::edit(const std::vector<AllocationDocument::Change>& changes)
{
    if (changes.empty())
        return;
    std::vector<LayerId> layers;
    for (const auto& change : changes)
        layers.push_back(change.first);
    const auto& [layer, choice] = changes.front();
    m_workspace.document().setChoices(
        changes,
        tr("%1 to %2 bits")
            .arg(layersTitle(m_workspace.model(), layers), formatBits(m_stops.bitsOf(layer, choice))));
}

bool LayersPage::handleKey(int key, Qt::KeyboardModifiers modifiers)
{
    // On a block left and right fold it, as in every tree; on layers they move stops.
    const bool onLayer = m_view->currentIndex().data(LayerModel::LayerRole).toInt() >= 0;
    const auto& document = m_workspace.document();
    const LayerId led = m_workspace.selection().current();
    const Fused fused = modifiers & Qt::AltModifier ? Fused::Alone : Fused::Together;
    if ((modifiers & Qt::ControlModifier) || m_workspace.model().layers.empty())
        return false;
    if (onLayer && (key == Qt::Key_Left || key == Qt::Key_Right)) {
        edit(stepBy(
            m_stops, document.allocation(), document.pinned(), chosen(), led, key == Qt::Key_Right ? 1 : -1,
            fused));
        return true;
    }
    if (key >= Qt::Key_0 && key <= Qt::Key_9) {
        const int digit = key - Qt::Key_0;
        edit(setAll(
            m_stops, document.pinned(), chosen(), led,
            digit == 0 ? std::nullopt : std::optional<double>(digit), fused));
        return true;
    }
    if (key == Qt::Key_P) {
        const auto layers = chosen();
        const bool all = std::all_of(layers.begin(), layers.end(), [&](LayerId layer) {
            return document.pinned()[std::size_t(layer)];
        });
        m_workspace.document().setPinned(layers, !all);
        return true;
    }
    return false;
}

void LayersPage::makeShortcuts()
{
    auto* const find = new QShortcut(QKeySequence::Find, this);
    find->setContext(Qt::WindowShortcut);
    connect(find, &QShortcut::activated, this, [this] {
        m_filter->setFocus(Qt::ShortcutFocusReason);
        m_filter->selectAll();
    });
    auto* const copy = new QAction(tr("&Copy rows"), m_view);
    copy->setObjectName(QStringLiteral("copyRows"));
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &LayersPage::copyRows);
    m_view->addAction(copy);
}

void LayersPage::copyRows() const
{
    const QHeaderView& header = *m_view->header();
    std::vector<int> columns;
    for (int at = 0; at < header.count(); ++at)
        if (const int column = header.logicalIndex(at); !header.isSectionHidden(column))
            columns.push_back(column);
    const auto line = [&](const auto& textOf) {
        QStringList cells;
        for (const int column : columns)
            cells << textOf(column);
        return cells.join(QLatin1Char('\t'));
    };
    QStringList lines{line(
        [&](int column) { return m_model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(); })};
    for (const LayerId layer : m_workspace.selection().layers())
        lines << line([&](int column) {
            // A name in its block says less where the block's row is not beside it.
            return column == LayerModel::Name ? m_model.rows()[std::size_t(layer)].name
                                              : m_model.indexOf(int(layer), column).data().toString();
        });
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')) + QLatin1Char('\n'));
}

bool LayersPage::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        const auto* const key = static_cast<QKeyEvent*>(event);
        if (handleKey(key->key(), key->modifiers()))
            return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace tritloom
