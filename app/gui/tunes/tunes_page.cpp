#include "app/gui/tunes/tunes_page.h"

#include "app/gui/core_words.h"
#include "app/gui/model_name.h"
#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/session/running_work.h"

#include <QDir>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace tritloom {
namespace {

enum Column { Name, Bytes, Share, ColumnCount };

} // namespace

TunesPage::TunesPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_tunes(workspace.fineTunes())
    , m_list(new QTreeWidget(this))
    , m_together(new QLabel(this))
    , m_problem(new QLabel(this))
    , m_add(new QPushButton(tr("Add…"), this))
    , m_remove(new QPushButton(tr("Remove"), this))
{
    setObjectName(QStringLiteral("tunesPage"));
    m_list->setObjectName(QStringLiteral("tunesList"));
    m_list->setAccessibleName(tr("Fine-tunes"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setColumnCount(ColumnCount);
    m_list->setHeaderLabels({tr("Model"), tr("Adds"), tr("Of base")});
    m_list->headerItem()->setToolTip(Bytes, tr("In memory, beside the tensors of the base that it reads"));
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_list->header()->setSectionResizeMode(Name, QHeaderView::Stretch);
    m_list->setMinimumHeight(104);
    m_together->setObjectName(QStringLiteral("tunesTogether"));
    m_problem->setObjectName(QStringLiteral("tunesProblem"));
    for (QLabel* const label : {m_together, m_problem}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setMinimumWidth(1);
    }
    tint(m_problem, themeColors(palette()).warning);
    m_add->setObjectName(QStringLiteral("tunesAdd"));
    m_add->setAccessibleName(tr("Add fine-tunes"));
    m_add->setToolTip(tr("Files that hold differences to the base"));
    m_remove->setObjectName(QStringLiteral("tunesRemove"));
    m_remove->setAccessibleName(tr("Take the fine-tune off the list"));
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_add);
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->addWidget(m_list, 1);
    column->addWidget(m_problem);
    column->addWidget(m_together);
    column->addLayout(buttons);

    const auto pick = [this](QTreeWidgetItem* item) {
        const auto row = std::size_t(m_list->indexOfTopLevelItem(item));
        if (const FineTune& tune = m_tunes->rows()[row]; tune.model && !tune.engine)
            item->setText(Bytes, tr("opening…")); // for the first look its text is tokenized
        m_tunes->pick(row, m_workspace.engine());
    };
    connect(m_list, &QTreeWidget::itemActivated, this, pick);
    connect(m_list, &QTreeWidget::itemClicked, this, pick);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &TunesPage::refreshCurrent);
    connect(m_add, &QPushButton::clicked, this, &TunesPage::addAsked);
    connect(m_remove, &QPushButton::clicked, this, [this] {
        if (const auto row = currentRow())
            m_tunes->remove(*row);
    });
    connect(m_tunes.get(), &FineTunes::changed, this, &TunesPage::refresh);
    connect(m_tunes.get(), &FineTunes::failed, this, &TunesPage::refresh);
    connect(&m_tunes->opening(), &Job::runningChanged, this, &TunesPage::refresh);
    RunningWork::of(workspace).add(
        m_tunes->opening(), tr("Opening fine-tunes"), *this,
        [tunes = m_tunes.get()] { tunes->opening().cancel(); });
    refresh();
}

std::optional<std::size_t> TunesPage::currentRow() const
{
    const int row = m_list->indexOfTopLevelItem(m_list->currentItem());
    return row < 0 ? std::nullopt : std::optional(std::size_t(row));
}

void TunesPage::show(QTreeWidgetItem& item, std::size_t row) const
{
    const FineTune& tune = m_tunes->rows()[row];
    const bool isShown = m_tunes->rowOf(m_workspace.model()) == row;
    const QString name = modelName(QString::fromStdString(tune.path.string()));
    const std::uint64_t base = m_tunes->rows().front().model ? m_tunes->rows().front().bytes : 0;
    item.setText(Name, row == 0 ? tr("%1 (base)").arg(name) : name);
    item.setToolTip(Name, QDir::toNativeSeparators(QString::fromStdString(tune.path.string())));
    if (tune.model) {
        item.setText(Bytes, formatBytes(tune.bytes));
        item.setText(Share, base > 0 ? formatShare(double(tune.bytes) / double(base)) : QString());
    } else {
        item.setText(
            Bytes,
            !tune.problem.empty()                ? tr("cannot be opened")
                : m_tunes->opening().isRunning() ? tr("opening…")
                                                 : tr("not opened"));
        item.setForeground(
            Bytes, tune.problem.empty() ? themeColors(palette()).mutedText : themeColors(palette()).warning);
        item.setToolTip(Bytes, coreWords(tune.problem));
    }
    for (const Column column : {Bytes, Share})
        item.setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    item.setSizeHint(Name, QSize(0, 24));
    const QString said = item.text(Name);
    if (isShown) {
        item.setText(Name, QStringLiteral("✓ ") + said);
        QFont bold = m_list->font();
        bold.setBold(true);
        item.setFont(Name, bold);
    }
    item.setData(Name, Qt::AccessibleTextRole, isShown ? tr("%1, shown in all pages").arg(said) : said);
}

void TunesPage::refresh()
{
    const auto current = currentRow();
    const auto& rows = m_tunes->rows();
    {
        const QSignalBlocker quiet(m_list);
        m_list->clear();
        for (std::size_t i = 0; i < rows.size(); ++i)
            show(*new QTreeWidgetItem(m_list), i);
        const std::size_t row = current.value_or(m_tunes->rowOf(m_workspace.model()).value_or(0));
        m_list->setCurrentItem(m_list->topLevelItem(int(std::min(row, rows.size() - 1))));
    }
    std::uint64_t whole = 0; // of as many models that share nothing
    int opened = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].model) {
            whole += rows.front().bytes;
            opened += i > 0 ? 1 : 0;
        }
    m_together->setText(
        rows.front().model
            ? tr("Base and %n fine-tune(s) together: %1 in memory. As whole models: %2.", nullptr, opened)
                  .arg(formatBytes(m_tunes->bytes()), formatBytes(whole))
            : QString());
    refreshCurrent();
}

void TunesPage::refreshCurrent()
{
    const auto row = currentRow();
    const std::string problem = row ? m_tunes->rows()[*row].problem : std::string();
    m_problem->setText(coreWords(problem));
    m_problem->setVisible(!problem.empty());
    const bool isShown = row == m_tunes->rowOf(m_workspace.model());
    m_remove->setEnabled(row.value_or(0) > 0 && !isShown);
    m_remove->setToolTip(
        row.value_or(0) == 0 ? tr("The base stays: all others are differences to it")
            : isShown        ? tr("It is shown in all pages: pick another one first")
                             : tr("Its file stays where it is"));
}

void TunesPage::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        refresh();
}

QWidget* makeTunesPage(Workspace& workspace, QWidget* parent)
{
    return new TunesPage(workspace, parent);
}

} // namespace tritloom
