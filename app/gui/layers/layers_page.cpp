#include "app/gui/layers/layers_page.h"

#include "app/gui/allocation/layer_sensitivity.h"
#include "app/gui/allocation/loom_text.h"
#include "app/gui/layers/layer_delegate.h"
#include "app/gui/layers/name_column.h"
#include "app/gui/number_text.h"
#include "app/gui/widgets/card.h"
#include "app/session/comparison.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QResizeEvent>
#include <QScrollBar>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace tritloom {

LayersPage::LayersPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_stops(workspace)
    , m_proxy(m_model)
    , m_filter(new QLineEdit(this))
    , m_group(new QToolButton(this))
    , m_filterError(new QLabel(this))
    , m_count(new QLabel(this))
    , m_view(new QTreeView(this))
{
    setObjectName(QStringLiteral("layersPage"));
    m_filter->setObjectName(QStringLiteral("layerFilter"));
    m_filter->setPlaceholderText(tr("Filter: attn bits<4 …"));
    m_filter->setToolTip(
        tr("Words are looked for in the name. Comparisons: bits, size, parameters, rows, columns, sensitivity, error, "
           "block with < <= > >= = !=, p90 for what nine tenths of the layers do not exceed; "
           "name, role, format, stored with = != ~; pinned. “-” turns a term round."));
    m_filter->setAccessibleName(tr("Filter layers"));
    m_filter->setClearButtonEnabled(true);
    m_filterError->setObjectName(QStringLiteral("layerFilterError"));
    m_filterError->setWordWrap(true);
    m_filterError->hide();
    m_count->setForegroundRole(QPalette::PlaceholderText);
    m_group->setObjectName(QStringLiteral("layerGrouping"));
    m_group->setText(tr("Blocks"));
    m_group->setToolTip(tr("Group layers by block; off: one list, sorted as a whole"));
    m_group->setCheckable(true);
    m_group->setChecked(true);

    auto* const top = new QHBoxLayout;
    top->addWidget(m_filter, 1);
    top->addWidget(m_group);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(10, 2, 0, 6);
    column->setSpacing(5);
    auto* const padded = new QVBoxLayout;
    padded->setContentsMargins(0, 0, 10, 0);
    padded->addLayout(top);
    padded->addWidget(m_filterError);
    column->addLayout(padded);
    column->addWidget(m_view, 1);
    column->addWidget(m_count);
    makeView();

    connect(m_group, &QToolButton::toggled, this, [this](bool on) {
        m_model.setGrouped(on);
        m_view->setRootIsDecorated(on && m_model.rowCount() < int(m_model.rows().size()));
        if (on && m_model.rows().size() <= 400)
            m_view->expandAll();
        giveSelection();
    });
    connect(m_filter, &QLineEdit::textChanged, this, &LayersPage::applyFilter);
    connect(&m_model, &LayerModel::stopChosen, this, [this](int layer, int stop) {
        const LayerId id{std::uint32_t(layer)};
        if (stop >= 0 && std::size_t(stop) < m_stops.of(id).size())
            edit(setStop(m_stops, m_workspace.document().pinned(), id, std::size_t(stop), Fused::Together));
    });
    auto* const soon = new QTimer(this); // many rows wait for an event of their own
    soon->setSingleShot(true);
    soon->setInterval(0);
    const auto changedRows = [this] {
        const auto& document = m_workspace.document();
        std::vector<int> changed;
        for (std::size_t i = 0; i < m_shown.layers.size(); ++i)
            if (m_shown.layers[i] != document.allocation().layers[i]
                || m_shownPins[i] != document.pinned()[i])
                changed.push_back(int(i));
        return changed;
    };
    connect(soon, &QTimer::timeout, this, [this, changedRows] { refresh(changedRows()); });
    const auto moved = [this, soon, changedRows] {
        const std::vector<int> changed = changedRows();
        changed.size() > 64 ? soon->start() : refresh(changed);
    };
    connect(&workspace.document(), &AllocationDocument::changed, this, moved);
    connect(&workspace.document(), &AllocationDocument::pinsChanged, this, moved);
    connect(&workspace.selection(), &Selection::changed, this, &LayersPage::giveSelection);
    connect(&workspace.sensitivity(), &SensitivityController::tableChanged, this, &LayersPage::rebuild);
    m_measuredTimer.setSingleShot(true);
    m_measuredTimer.setInterval(200);
    connect(&m_measuredTimer, &QTimer::timeout, this, [this] { refresh(std::exchange(m_measured, {})); });
    connect(&workspace.sensitivity(), &SensitivityController::cellMeasured, this, [this](LayerId layer, int) {
        if (m_measured.empty() || m_measured.back() != int(layer))
            m_measured.push_back(int(layer));
        if (!m_measuredTimer.isActive())
            m_measuredTimer.start();
    });
    makeShortcuts();
    rebuild();
}

void LayersPage::makeView()
{
    m_view->setObjectName(QStringLiteral("layerTable"));
    m_view->setAccessibleName(tr("Layers"));
    m_view->setModel(&m_proxy);
    m_view->setUniformRowHeights(true); // rows of equal height are what makes 100,000 of them smooth
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(LayerModel::Name, Qt::AscendingOrder);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setIndentation(10);
    m_view->setItemDelegate(new LayerDelegate(
        [this](int layer) {
            const LayerId id{std::uint32_t(layer)};
            LayerDelegate::Stops stops;
            for (const Stop& stop : m_stops.of(id))
                stops.titles << tr("%1 — %2 bits")
                                    .arg(
                                        formatTitle(m_workspace.model().layer(id), stop.choice),
                                        formatBits(stop.bits));
            stops.current = int(m_stops.indexOf(id, m_workspace.document().allocation()[id]));
            return stops;
        },
        m_view));
    m_view->installEventFilter(this);
    QHeaderView* const header = m_view->header();
    header->setStretchLastSection(false);
    header->setMinimumSectionSize(40);
    static constexpr std::pair<int, int> widths[] = {
        {LayerModel::Name, 98},        {LayerModel::Bits, 44},    {LayerModel::Size, 56},
        {LayerModel::Sensitivity, 76}, {LayerModel::Format, 100}, {LayerModel::Error, 90},
        {LayerModel::Stored, 78},      {LayerModel::Shape, 96},   {LayerModel::ParameterCount, 84}};
    for (const auto& [section, width] : widths)
        header->resizeSection(section, width);
    // A title is longer in some languages.
    constexpr int padding = 16;
    for (int section = LayerModel::Bits; section < LayerModel::ColumnCount; ++section)
        header->resizeSection(
            section,
            std::max(
                header->sectionSize(section),
                padding
                    + header->fontMetrics().horizontalAdvance(
                        m_model.headerData(section, Qt::Horizontal, Qt::DisplayRole).toString())));
    m_names = new NameColumn(*m_view, m_model);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::customContextMenuRequested, this, [this, header](QPoint at) {
        QMenu menu;
        for (int i = 1; i < LayerModel::ColumnCount; ++i) {
            QAction* const action =
                menu.addAction(m_model.headerData(i, Qt::Horizontal, Qt::DisplayRole).toString());
            action->setCheckable(true);
            action->setChecked(!header->isSectionHidden(i));
            connect(action, &QAction::toggled, header, [header, i](bool on) {
                header->setSectionHidden(i, !on);
            });
        }
        menu.exec(header->mapToGlobal(at));
    });
    connect(
        m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LayersPage::takeSelection);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &LayersPage::takeSelection);
}

LayerRow LayersPage::rowOf(LayerId layer) const
{
    const Layer& what = m_workspace.model().layer(layer);
    LayerRow row;
    row.name = shortName(what);
    row.nameInBlock = nameInBlock(what);
    row.role = QString::fromStdString(what.role);
    row.shape = shapeText(what);
    row.storedFormat = QString::fromStdString(what.storedFormat);
    row.block = what.block ? int(*what.block) : -1;
    row.parameters = double(what.parameters());
    row.rows = double(what.rows);
    row.columns = double(what.columns);
    choose(row, layer);
    return row;
}

void LayersPage::choose(LayerRow& row, LayerId layer) const
{
    const Layer& what = m_workspace.model().layer(layer);
    const LayerChoice& choice = m_workspace.document().allocation()[layer];
    const SensitivityTable& table = m_workspace.sensitivity().table();
    row.format = formatTitle(what, choice);
    row.method = choice.format.empty()
        ? QString()
        : QString::fromStdString(
            methodText({choice.format, choice.method, choice.parameters}, m_workspace.plugins().lookup()));
    row.bytes = double(m_stops.bytesOf(layer, choice));
    row.bits = 8 * row.bytes / row.parameters;
    const auto sensitivity = sensitivityOf(m_workspace.model(), table, layer);
    row.sensitivity = sensitivity ? std::optional(sensitivity->kl) : std::nullopt;
    const SensitivityCell* const cell = table.find(layer, choice);
    row.error = choice.format.empty()                             ? std::optional(0.0)
        : cell != nullptr && cell->known && cell->failure.empty() ? std::optional(cell->weightError)
                                                                  : std::nullopt;
    row.pinned = m_workspace.document().pinned()[std::size_t(layer)];
}

void LayersPage::rebuild()
{
    m_stops = Stops(m_workspace);
    std::vector<LayerRow> rows;
    for (std::size_t i = 0; i < m_workspace.model().layers.size(); ++i)
        rows.push_back(rowOf(LayerId(i)));
    m_shown = m_workspace.document().allocation();
    m_shownPins = m_workspace.document().pinned();
    if (m_model.rows().size() == rows.size() && !rows.empty()) {
        std::vector<int> all(rows.size());
        std::iota(all.begin(), all.end(), 0);
        refresh(all);
    } else {
        const bool hasBlocks = std::ranges::any_of(rows, [](const LayerRow& row) { return row.block >= 0; });
        m_model.setRows(std::move(rows));
        m_view->setRootIsDecorated(hasBlocks); // nothing to unfold: the room is the names'
        m_group->setVisible(hasBlocks);
        // Narrower, the first columns would be cut off at the right.
        const QHeaderView& header = *m_view->header();
        setMinimumWidth(
            layout()->contentsMargins().left() + m_view->verticalScrollBar()->sizeHint().width() + 2
            + m_names->wanted() + header.sectionSize(LayerModel::Bits) + header.sectionSize(LayerModel::Size)
            + header.sectionSize(LayerModel::Sensitivity));
        if (m_model.rows().size() <= 400) // more would be a wall rather than a view
            m_view->expandAll();
    }
    giveSelection();
    applyFilter();
}

void LayersPage::refresh(const std::vector<int>& layers)
{
    // What a layer is called and how it is shaped stays: of a thousand rows in each frame of a pull, only
    // what the pull changes is written anew.
    m_model.updateRows(layers, [this](int layer, LayerRow& row) { choose(row, LayerId(layer)); });
    const Allocation& now = m_workspace.document().allocation();
    for (const int layer : layers)
        m_shown.layers[std::size_t(layer)] = now.layers[std::size_t(layer)];
    m_shownPins = m_workspace.document().pinned();
}

std::vector<int> LayersPage::shownUnder(const QModelIndex& row) const
{
    const QModelIndex first = row.siblingAtColumn(0);
    std::vector<int> layers;
    if (const int layer = m_model.layerOf(m_proxy.mapToSource(first)); layer >= 0)
        layers.push_back(layer);
    for (int child = 0; child < m_proxy.rowCount(first); ++child)
        layers.push_back(m_model.layerOf(m_proxy.mapToSource(m_proxy.index(child, 0, first))));
    return layers;
}

void LayersPage::takeSelection()
{
    if (m_syncing)
        return;
    std::vector<LayerId> layers;
    for (const QModelIndex& row : m_view->selectionModel()->selectedRows())
        for (const int layer : shownUnder(row))
            layers.push_back(LayerId(layer));
    const auto under = shownUnder(m_view->currentIndex());
    if (layers.empty() && under.empty())
        return;
    const LayerId current = under.empty() ? layers.front() : LayerId(under.front());
    if (layers.empty())
        layers.push_back(current);
    m_syncing = true;
    m_workspace.selection().set(std::move(layers), current);
    m_syncing = false;
}

// For every cell that it paints the view asks all ranges of the selection: neighbours are one.
QItemSelection LayersPage::rangesOf(const std::vector<LayerId>& layers) const
{
    struct Place {
        int parent, row;
        QModelIndex index;
    };
    std::vector<Place> places; // in the order of the view, which may be sorted
    for (const LayerId layer : layers)
        if (const QModelIndex index = m_proxy.mapFromSource(m_model.indexOf(int(layer))); index.isValid())
            places.push_back({index.parent().row(), index.row(), index});
    std::ranges::sort(places, [](const Place& a, const Place& b) {
        return std::pair(a.parent, a.row) < std::pair(b.parent, b.row);
    });
    QItemSelection selection;
    for (std::size_t first = 0, i = 0; i < places.size(); ++i)
        if (i + 1 == places.size() || places[i + 1].parent != places[i].parent
            || places[i + 1].row != places[i].row + 1) {
            selection.select(places[first].index, places[i].index);
            first = i + 1;
        }
    return selection;
}

void LayersPage::giveSelection()
{
    if (m_syncing)
        return;
    m_syncing = true;
    const Selection& shared = m_workspace.selection();
    const QItemSelection selection = rangesOf(shared.layers());
    const QModelIndex current = m_proxy.mapFromSource(m_model.indexOf(int(shared.current())));
    m_view->selectionModel()->select(
        selection, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    if (current.isValid()) {
        m_view->selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
        // A whole model selected would open every block.
        if (shared.layers().size() < 64)
            m_view->scrollTo(current);
    }
    m_syncing = false;
}

void LayersPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // While docks are laid out there is no room for a row, and the current one is scrolled to all the same.
    constexpr int someRows = 150; // pixels
    if (event->oldSize().height() >= someRows || height() < someRows)
        return;
    m_view->scrollToTop();
    m_view->scrollTo(m_view->currentIndex());
}

QWidget* makeLayersPage(Workspace& workspace, QWidget* parent)
{
    return new LayersPage(workspace, parent);
}

} // namespace tritloom
