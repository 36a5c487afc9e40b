#include "app/gui/recipes/difference_dialog.h"

#include "app/gui/notice.h"
#include "app/gui/number_text.h"
#include "app/gui/settings.h"
#include "app/gui/theme.h"
#include "app/session/recipe_difference.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTreeWidget>

#include <algorithm>
#include <map>

namespace tritloom {
namespace {

enum Column { LayerName, Now, Other, Bytes, Bits, Divergence, ColumnCount };

QString choiceText(const Layer& layer, const LayerChoice& choice)
{
    QString text = formatTitle(layer, choice);
    if (!choice.method.empty())
        text += QStringLiteral(" · ") + QString::fromStdString(choice.method);
    return text;
}

QString klText(const std::optional<double>& before, const std::optional<double>& after)
{
    if (!before || !after)
        return QStringLiteral("–");
    return QStringLiteral("%1 → %2").arg(formatSmall(*before), formatSmall(*after));
}

QString bitsText(double before, double after)
{
    return QStringLiteral("%1 → %2").arg(
        QLocale().toString(before, 'f', 2), QLocale().toString(after, 'f', 2));
}

} // namespace

DifferenceDialog::DifferenceDialog(
    Workspace& workspace, const QString& name, Allocation other, QWidget* parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_name(name)
    , m_other(std::move(other))
    , m_headline(new QLabel(this))
    , m_list(new QTreeWidget(this))
    , m_take(new QPushButton(tr("Take it over"), this))
    , m_select(new QPushButton(tr("Select these layers"), this))
{
    setObjectName(QStringLiteral("differenceDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(false);
    setWindowTitle(tr("Now against %1").arg(name));
    m_headline->setObjectName(QStringLiteral("differenceHeadline"));
    m_headline->setWordWrap(true);
    m_list->setObjectName(QStringLiteral("differenceList"));
    m_list->setAccessibleName(tr("Layers that differ"));
    m_list->setColumnCount(ColumnCount);
    m_list->setHeaderLabels({tr("Layer"), tr("Now"), name, tr("Size"), tr("Bits"), tr("Predicted KL")});
    m_list->headerItem()->setToolTip(
        Divergence, tr("What the layer costs alone, nats per token; a dash where that is not measured"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setMinimumSectionSize(84); // figures side by side need air
    for (const Column column : {LayerName, Now, Other})
        m_list->header()->setSectionResizeMode(column, QHeaderView::Stretch);
    for (const Column column : {Bytes, Bits, Divergence}) {
        m_list->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
        m_list->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
    m_take->setObjectName(QStringLiteral("differenceTake"));
    m_take->setProperty("primary", true);
    m_take->setDefault(true);
    m_take->setToolTip(tr("One step that can be undone; pinned layers stay"));
    m_select->setObjectName(QStringLiteral("differenceSelect"));
    auto* const close = new QPushButton(tr("Close"), this);
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_select);
    buttons->addStretch(1);
    buttons->addWidget(close);
    buttons->addWidget(m_take);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(9);
    column->addWidget(m_headline);
    column->addWidget(m_list, 1);
    column->addLayout(buttons);
    resize(820, 480);

    connect(close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_take, &QPushButton::clicked, this, [this] {
        m_workspace.document().replace(m_other, tr("Take over %1").arg(m_name));
    });
    connect(m_select, &QPushButton::clicked, this, &DifferenceDialog::selectInWindow);
    connect(m_list, &QTreeWidget::itemSelectionChanged, this, [this] {
        if (!m_list->selectedItems().isEmpty())
            selectInWindow();
    });
    connect(&workspace.document().undoStack(), &QUndoStack::indexChanged, this, &DifferenceDialog::refresh);
    connect(
        &workspace.sensitivity(), &SensitivityController::runningChanged, this, &DifferenceDialog::refresh);
    connect(&workspace, &Workspace::left, this, [this, &workspace] {
        // A stack of steps that goes away tells of it, when layers and table are gone already.
        workspace.document().undoStack().disconnect(this);
        workspace.sensitivity().disconnect(this);
        QDialog::close();
    });
    refresh();
}

void DifferenceDialog::refresh()
{
    const Model& model = m_workspace.model();
    const RecipeDifference difference = differenceOf(
        model, m_workspace.document().allocation(), m_other, m_workspace.sensitivity().table(),
        m_workspace.methods());
    std::map<std::string, std::size_t> indexOf;
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        indexOf[model.layers[i].name] = i;
    const ThemeColors colors = themeColors(palette());
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    for (const RecipeChange& change : difference.changes) {
        const std::size_t index = indexOf.at(change.layer);
        const Layer& layer = model.layers[index];
        const auto bytes = std::int64_t(change.bytesAfter) - std::int64_t(change.bytesBefore);
        auto* const item = new QTreeWidgetItem(
            m_list,
            {shortName(layer), choiceText(layer, change.before), choiceText(layer, change.after),
             formatByteChange(bytes), bitsText(change.bitsBefore, change.bitsAfter),
             klText(change.klBefore, change.klAfter)});
        item->setData(LayerName, Qt::UserRole, uint(index));
        for (const Column column : {Bytes, Bits, Divergence})
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        if (bytes != 0)
            item->setForeground(Bytes, bytes < 0 ? colors.good : colors.warning);
    }
    m_take->setEnabled(!difference.changes.empty());
    m_select->setEnabled(!difference.changes.empty());
    if (difference.changes.empty()) {
        m_headline->setText(tr("All %n layer(s) are the same.", nullptr, int(difference.equalLayers)));
        return;
    }
    QString text = tr("%1 layers differ, %2 are the same. Size %3 → %4, bits a weight of the layers %5.")
                       .arg(difference.changes.size())
                       .arg(difference.equalLayers)
                       .arg(
                           formatBytes(difference.bytesBefore), formatBytes(difference.bytesAfter),
                           bitsText(difference.bitsBefore, difference.bitsAfter));
    if (difference.klBefore && difference.klAfter)
        text += QLatin1Char(' ')
            + tr("Predicted divergence %1 nats a token.")
                  .arg(klText(difference.klBefore, difference.klAfter));
    m_headline->setText(text);
}

void DifferenceDialog::selectInWindow()
{
    std::vector<LayerId> layers;
    const bool chosen = !m_list->selectedItems().isEmpty();
    for (int row = 0; row < m_list->topLevelItemCount(); ++row) {
        const QTreeWidgetItem* const item = m_list->topLevelItem(row);
        if (!chosen || item->isSelected())
            layers.push_back(LayerId(item->data(LayerName, Qt::UserRole).toUInt()));
    }
    if (!layers.empty()) {
        const LayerId current = layers.front();
        m_workspace.selection().set(std::move(layers), current);
    }
}

} // namespace tritloom
