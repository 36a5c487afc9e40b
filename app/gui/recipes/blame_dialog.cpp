#include "app/gui/recipes/blame_dialog.h"

#include "app/gui/core_words.h"
#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/quiet_progress.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

enum Column { LayerName, FormatName, Gain, Share, ColumnCount };

QString signedSmall(double value)
{
    return (value < 0 ? QStringLiteral("−") : QString()) + formatSmall(std::abs(value));
}

QString shareText(double gain, double difference)
{
    if (difference == 0)
        return QStringLiteral("–");
    const double share = gain / difference;
    return (share < 0 ? QStringLiteral("−") : QString()) + formatShare(std::abs(share));
}

} // namespace

BlameDialog::BlameDialog(
    Workspace& workspace, const QString& what, std::vector<Chunk> chunks, BlameQuestion::Measure measure,
    Allocation allocation, QWidget* parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_question{.chunks = std::move(chunks), .measure = measure}
    , m_allocation(std::move(allocation))
    , m_controller(workspace.engineShared())
    , m_measure(new QComboBox(this))
    , m_headline(new QLabel(this))
    , m_sums(new QLabel(this))
    , m_list(new QTreeWidget(this))
    , m_progress(new QProgressBar(this))
    , m_again(new QPushButton(this))
    , m_select(new QPushButton(tr("Select all found"), this))
{
    setObjectName(QStringLiteral("blameDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(false);
    setWindowTitle(tr("Which layers cost %1").arg(what));
    m_measure->addItem(tr("Loss: what the text says next"), int(BlameQuestion::Measure::Loss));
    m_measure->addItem(tr("Divergence from the original"), int(BlameQuestion::Measure::Divergence));
    m_measure->setCurrentIndex(m_measure->findData(int(measure)));
    m_measure->setAccessibleName(tr("What is measured"));
    m_headline->setObjectName(QStringLiteral("blameHeadline"));
    m_headline->setWordWrap(true);
    m_sums->setObjectName(QStringLiteral("blameSums"));
    m_sums->setWordWrap(true);
    m_list->setObjectName(QStringLiteral("blameList"));
    m_list->setAccessibleName(tr("Layers by what taking them back wins"));
    m_list->setColumnCount(ColumnCount);
    m_list->setHeaderLabels({tr("Taken back"), tr("Format"), tr("Wins, nats"), tr("Of the difference")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(LayerName, QHeaderView::Stretch);
    for (const Column column : {FormatName, Gain, Share})
        m_list->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    for (const Column column : {Gain, Share})
        m_list->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    m_again->setObjectName(QStringLiteral("blameAgain"));
    m_select->setObjectName(QStringLiteral("blameSelect"));
    auto* const close = new QPushButton(tr("Close"), this);

    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_select);
    buttons->addStretch(1);
    buttons->addWidget(m_again);
    buttons->addWidget(close);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(9);
    column->addWidget(m_measure);
    column->addWidget(m_headline);
    column->addWidget(m_list, 1);
    column->addWidget(m_progress);
    column->addWidget(m_sums);
    column->addLayout(buttons);
    resize(640, 480);

    connect(close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_again, &QPushButton::clicked, this, [this] {
        m_controller.isRunning() ? m_controller.cancel() : start();
    });
    connect(m_measure, &QComboBox::currentIndexChanged, this, &BlameDialog::start);
    connect(m_select, &QPushButton::clicked, this, &BlameDialog::selectInWindow);
    connect(m_list, &QTreeWidget::itemSelectionChanged, this, [this] {
        if (!m_list->selectedItems().isEmpty())
            selectInWindow();
    });
    connect(&m_controller, &BlameController::updated, this, &BlameDialog::show);
    connect(&m_controller, &BlameController::finished, this, [this](const Blame& found) {
        show(found, 1);
        showSums(found);
    });
    connect(&m_controller, &BlameController::failed, this, [this](const QString& why) {
        m_sums->setText(tr("Not found out: %1").arg(coreWords(why)));
    });
    connect(&m_controller, &BlameController::runningChanged, this, &BlameDialog::refresh);
    connect(&workspace, &Workspace::left, this, [this] {
        m_controller.disconnect(this); // what is still on its way would look for the model
        m_controller.cancel();
        QDialog::close();
    });
    start();
}

void BlameDialog::start()
{
    m_question.measure = BlameQuestion::Measure(m_measure->currentData().toInt());
    m_found.reset();
    m_list->clear();
    m_sums->setText(
        tr("Groups of layers are taken back as they were stored, and those that win most are halved."));
    m_headline->setText(tr("Measuring the original and the compressed model…"));
    showProgress(*m_progress, 0);
    m_controller.request(m_question, m_allocation);
}

void BlameDialog::refresh()
{
    const bool running = m_controller.isRunning();
    m_progress->setVisible(running);
    setProperty("busy", running); // who takes a picture waits
    m_again->setText(running ? tr("Cancel") : tr("Search again"));
    m_select->setEnabled(m_found && !m_found->layers.empty());
    if (!running && m_found && m_found->evaluations < 3)
        m_sums->setText(tr("Cancelled."));
}

void BlameDialog::show(const Blame& found, double fraction)
{
    m_found = found;
    showProgress(*m_progress, int(fraction * 1000));
    m_headline->setText(
        tr("Original %1, compressed %2: a difference of %3 nats a token, over %n token(s)", nullptr,
           int(found.positions))
            .arg(
                signedSmall(found.original), signedSmall(found.compressed), signedSmall(found.difference())));
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    const Model& model = m_workspace.model();
    const QColor muted = themeColors(palette()).mutedText;
    for (const auto* const groups : {&found.layers, &found.rest})
        for (const BlamedGroup& group : *groups) {
            const Layer& first = model.layer(group.layers.front());
            const bool single = group.layers.size() == 1;
            auto* const item = new QTreeWidgetItem(m_list);
            item->setText(
                LayerName,
                single ? shortName(first)
                       : tr("%1 to %2").arg(shortName(first), shortName(model.layer(group.layers.back()))));
            item->setText(
                FormatName,
                single ? QString::fromStdString(found.allocation[group.layers.front()].format)
                       : tr("%n layer(s), not split", nullptr, int(group.layers.size())));
            item->setText(Gain, signedSmall(group.gain));
            item->setText(Share, shareText(group.gain, found.difference()));
            for (const Column column : {Gain, Share})
                item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
            for (int column = 0; column < ColumnCount && !single; ++column)
                item->setForeground(column, muted);
            QList<QVariant> ids;
            for (const LayerId layer : group.layers)
                ids.append(uint(layer));
            item->setData(LayerName, Qt::UserRole, ids);
        }
    m_select->setEnabled(!found.layers.empty());
}

void BlameDialog::showSums(const Blame& found)
{
    QStringList sentences;
    if (found.layers.size() > 1)
        sentences << tr("The %n single layer(s) taken back at once win %1 nats, %2 of the difference.",
                        nullptr, int(found.layers.size()))
                         .arg(signedSmall(found.together), shareText(found.together, found.difference()));
    const double apart = found.unexplained();
    if (found.layers.size() + found.rest.size() > 1)
        sentences << (apart < 0 ? tr(
                          "The rows add up to %1 nats more than the difference: they spoil the same thing.")
                                : tr("%1 nats are in no row: they come back only when several layers do."))
                         .arg(formatSmall(std::abs(apart)));
    sentences
        << (found.isComplete ? tr("%n run(s) of the model.", nullptr, int(found.evaluations))
                             : tr("Stopped after %n run(s) of the model.", nullptr, int(found.evaluations)));
    m_sums->setText(sentences.join(QLatin1Char(' ')));
}

void BlameDialog::selectInWindow()
{
    std::vector<LayerId> layers;
    const bool chosen = !m_list->selectedItems().isEmpty();
    for (int row = 0; row < m_list->topLevelItemCount(); ++row) {
        const QTreeWidgetItem* const item = m_list->topLevelItem(row);
        const QList<QVariant> ids = item->data(LayerName, Qt::UserRole).toList();
        if (chosen ? item->isSelected() : ids.size() == 1)
            for (const QVariant& id : ids)
                layers.push_back(LayerId(id.toUInt()));
    }
    if (layers.empty())
        return;
    const LayerId current = layers.front();
    std::ranges::sort(layers);
    m_workspace.selection().set(std::move(layers), current);
}

QString whyNoBlame(Workspace& workspace)
{
    if (workspace.model().picture)
        return BlameDialog::tr(
            "Layers are blamed for the tokens of a text, and this network is for pictures.");
    return workspace.isUnchanged()
        ? BlameDialog::tr("Nothing is compressed yet, so there is nothing to blame.")
        : coreWords(workspace.engine().whyNotEvaluated());
}

void blameMeanLoss(Workspace& workspace, QWidget* parent)
{
    Engine& engine = workspace.engine();
    std::vector<Chunk> chunks = engine.chunks();
    const std::size_t most =
        workspace.sensitivity().chunkLimit(); // as many as a cell of the table is measured on
    if (most > 0 && chunks.size() > most)
        chunks.resize(most);
    auto* const dialog = new BlameDialog(
        workspace, BlameDialog::tr("the loss of the text"), std::move(chunks),
        BlameQuestion::Measure::Divergence, workspace.document().allocation(), parent->window());
    dialog->QDialog::show();
}

QWidget* makeBlameButton(Workspace& workspace, QWidget* parent)
{
    auto* const button = new QPushButton(BlameDialog::tr("Which layers?"), parent);
    button->setObjectName(QStringLiteral("blameMean"));
    const auto refresh = [button, &workspace] {
        const QString whyNot = whyNoBlame(workspace);
        button->setEnabled(whyNot.isEmpty());
        button->setToolTip(
            whyNot.isEmpty() ? BlameDialog::tr("Find the layers that carry the loss, by taking them back")
                             : whyNot);
    };
    QObject::connect(&workspace.document(), &AllocationDocument::changed, button, refresh);
    refresh();
    QObject::connect(
        button, &QPushButton::clicked, parent, [&workspace, parent] { blameMeanLoss(workspace, parent); });
    return button;
}

} // namespace tritloom
