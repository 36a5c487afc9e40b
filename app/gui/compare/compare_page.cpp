#include "app/gui/compare/compare_page.h"

#include "app/gui/core_words.h"
#include "app/gui/notice.h"
#include "app/gui/number_text.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/checked_list.h"
#include "app/gui/widgets/choice_button.h"
#include "app/gui/widgets/elided_label.h"
#include "app/gui/widgets/invalid_field.h"
#include "app/gui/widgets/parameter_button.h"
#include "app/gui/widgets/quiet_progress.h"
#include "app/gui/window_wiring.h"
#include "app/session/recipe.h"
#include "app/session/running_work.h"
#include "app/session/text_file.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace tritloom {
ComparePage::ComparePage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_comparison(workspace.engineShared(), workspace.store())
    , m_methods(new QListWidget(this))
    , m_formats(new QListWidget(this))
    , m_settings(new ParameterButton(this))
    , m_variant(new QPushButton(QStringLiteral("+"), this))
    , m_filter(new QLineEdit(this))
    , m_table(new QTableWidget(this))
    , m_chart(new CompareChart(this))
    , m_number(new QComboBox(this))
    , m_budgets(new QLineEdit(this))
    , m_run(new QPushButton(this))
    , m_choice(new ChoiceButton(tr("Show or hide the lists of methods and formats"), this))
    , m_take(new QPushButton(tr("Take this row"), this))
    , m_save(new QPushButton(tr("Save report…"), this))
    , m_progress(new QProgressBar(this))
    , m_state(new ElidedLabel({}, this))
    , m_empty(makeMutedLabel(
          tr("Results appear here, row by row, with a chart of size against divergence."), this))
{
    setObjectName("comparePage");
    m_methods->setObjectName("compareMethods");
    m_formats->setObjectName("compareFormats");
    m_table->setObjectName("compareTable");
    m_settings->setObjectName("compareSettings");
    m_variant->setObjectName("compareVariant");
    m_variant->setAccessibleName(tr("Another variant of this method"));
    m_variant->setToolTip(tr("List this method once more, to compare it with other settings"));
    m_variant->setFixedWidth(30);
    m_run->setObjectName("runComparison");
    m_choice->setObjectName("compareChoice");
    m_take->setObjectName("takeRow");
    m_methods->setAccessibleName(tr("Methods to compare"));
    m_formats->setAccessibleName(tr("Formats to compare"));
    m_table->setAccessibleName(tr("Results of the comparison"));
    m_filter->setPlaceholderText(tr("Formats, filtered"));
    m_filter->setAccessibleName(m_filter->placeholderText());
    m_filter->setClearButtonEnabled(true);
    m_budgets->setObjectName("compareBudgets");
    m_budgets->setPlaceholderText(tr("Budgets, e.g. 3bpw, 4bpw"));
    m_budgets->setAccessibleName(tr("Budgets to compare"));
    m_budgets->setToolTip(
        tr("For each size (bits per weight, or MB of all tensors) every method also chooses among the "
           "formats, layer by layer, by what they were measured to cost"));
    m_budgets->setClearButtonEnabled(true);
    m_number->setObjectName("compareNumber");
    m_number->setAccessibleName(tr("What the chart shows beside the size"));
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setMaximumWidth(140);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->setMinimumWidth(180);
    m_chart->setMinimumWidth(150);
    m_table->setSortingEnabled(true);

    // Two narrow lists side by side: the window is wide and low here.
    auto* const choices = new QWidget(this);
    choices->setMaximumWidth(420);
    auto* const left = new QGridLayout(choices);
    left->setContentsMargins(0, 0, 0, 0);
    auto* const methodHeader = new QHBoxLayout;
    methodHeader->setSpacing(4);
    methodHeader->addWidget(new QLabel(tr("Methods"), this), 1);
    methodHeader->addWidget(m_variant);
    methodHeader->addWidget(m_settings);
    left->addLayout(methodHeader, 0, 0);
    left->addWidget(m_filter, 0, 1);
    left->addWidget(m_budgets, 2, 0, 1, 2);
    left->addWidget(m_methods, 1, 0);
    left->addWidget(m_formats, 1, 1);
    left->setColumnStretch(0, 3); // methods have the longer names
    left->setColumnStretch(1, 2);
    for (QListWidget* const list : {m_methods, m_formats})
        list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff); // long names end in dots
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto* const split = new QSplitter(Qt::Horizontal, this);
    split->addWidget(choices);
    split->addWidget(m_empty);
    split->addWidget(m_table);
    auto* const charts = new QWidget(this);
    auto* const chartLayout = new QVBoxLayout(charts);
    chartLayout->setContentsMargins(0, 0, 0, 0);
    chartLayout->addWidget(m_number, 0, Qt::AlignRight);
    chartLayout->addWidget(m_chart, 1);
    split->addWidget(charts);
    split->setSizes({330, 400, 520, 270});
    split->setStretchFactor(1, 1);
    split->setStretchFactor(2, 2);
    split->setStretchFactor(3, 1);
    split->setChildrenCollapsible(false);
    auto* const header = new QHBoxLayout;
    header->addWidget(m_state, 1);
    header->addWidget(m_progress);
    header->addWidget(m_choice);
    header->addWidget(m_take);
    header->addWidget(m_save);
    header->addWidget(m_run);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addLayout(header);
    layout->addWidget(split, 1);

    connect(m_run, &QPushButton::clicked, this, [this] {
        m_comparison.isRunning() ? m_comparison.cancel() : start();
    });
    m_choice->setChoices(*choices);
    connect(m_budgets, &QLineEdit::textChanged, this, &ComparePage::showState);
    connect(m_number, &QComboBox::currentIndexChanged, this, &ComparePage::showChart);
    connect(m_take, &QPushButton::clicked, this, &ComparePage::take);
    connect(m_save, &QPushButton::clicked, this, &ComparePage::save);
    connect(m_table, &QTableWidget::cellDoubleClicked, this, &ComparePage::take);
    connect(m_table, &QTableWidget::itemSelectionChanged, this, &ComparePage::showState);
    filterBy(m_filter, m_formats);
    connect(m_methods, &QListWidget::currentItemChanged, this, &ComparePage::showSettings);
    connect(m_settings, &ParameterButton::chosen, this, &ComparePage::takeSettings);
    connect(m_variant, &QPushButton::clicked, this, &ComparePage::addVariant);
    connect(m_methods, &QListWidget::itemChanged, this, &ComparePage::offerFormat);
    for (QListWidget* const list : {m_methods, m_formats})
        connect(list, &QListWidget::itemChanged, this, &ComparePage::showState);
    connect(m_chart, &CompareChart::rowClicked, this, [this](int index) {
        const std::vector<int> at = order();
        if (index >= 0 && std::size_t(index) < at.size())
            m_table->selectRow(at[std::size_t(index)]);
    });
    connect(&m_comparison, &ComparisonController::rowsChanged, this, &ComparePage::rebuild);
    connect(&m_comparison, &ComparisonController::rowMeasured, this, [this](int index) {
        showRow(index);
        showColumns();
        showChart();
        showState();
    });
    connect(&m_comparison, &ComparisonController::runningChanged, this, [this] {
        m_comparison.isRunning() ? m_tick.start(100) : m_tick.stop();
        showState();
    });
    connect(&m_comparison, &ComparisonController::failed, this, [this](const QString& why) {
        showNotice(this, coreWords(why));
    });
    // What rows tell of other pictures is another comparison.
    connect(
        &workspace.pictures(), &PicturesController::changed, &m_comparison, &ComparisonController::forget);
    connect(&m_tick, &QTimer::timeout, this, [this] {
        showProgress(*m_progress, int(1000 * m_comparison.job().fraction()));
        showState(); // how long it takes
    });
    RunningWork::of(workspace).add(
        m_comparison.job(), tr("Comparing"), m_comparison, [this] { m_comparison.cancel(); });
    fillLists();
    if (const auto kept = m_comparison.kept())
        choose(*kept);
    rebuild();
    m_comparison.recall();
}

std::vector<std::string> ComparePage::budgets() const
{
    std::vector<std::string> budgets;
    for (const QString& budget :
         m_budgets->text().split(QRegularExpression("\\s*[,;]\\s*"), Qt::SkipEmptyParts))
        budgets.push_back(budget.trimmed().toStdString());
    return budgets;
}

QString ComparePage::whyNoBudget() const
{
    for (const std::string& budget : budgets())
        if (const auto parsed = parseBudget(m_workspace.model(), budget); !parsed)
            return coreWords(parsed.error().message);
    return {};
}

void ComparePage::start()
{
    const auto started = m_comparison.start({checkedOf(m_formats), chosenMethods(), budgets()});
    if (!started)
        showNotice(this, coreWords(started.error().message));
    else
        m_choice->giveWay();
}

void ComparePage::showState()
{
    const auto& rows = m_comparison.rows();
    const auto done = std::ranges::count_if(
        rows, [](const ComparisonRow& row) { return row.isDone && !row.isOriginal(); });
    const std::size_t pairs = rows.empty() ? 0 : rows.size() - 1; // the first is the original
    const bool running = m_comparison.isRunning();
    const std::size_t methods = checkedOf(m_methods).size(), formats = checkedOf(m_formats).size();
    const QString why = whyNotMeasured(m_workspace);
    m_progress->setVisible(running);
    m_run->setText(running ? tr("Stop") : tr("Compare"));
    const QString noBudget = whyNoBudget();
    markInvalid(*m_budgets, !noBudget.isEmpty());
    m_run->setEnabled(running || (why.isEmpty() && noBudget.isEmpty() && methods > 0 && formats > 0));
    const ComparisonRow* const row = selected();
    m_take->setEnabled(
        row != nullptr && !row->allocation.layers.empty() && !m_table->selectedItems().isEmpty());
    m_save->setEnabled(done > 0);
    m_choice->setVisible(!rows.empty());
    m_table->setVisible(!rows.empty());
    m_empty->setVisible(rows.empty());
    m_state->setShorter({});
    if (!why.isEmpty())
        m_state->setText(tr("Cannot be measured: %1").arg(why));
    else if (running) {
        const auto left = m_comparison.job().timeLeft();
        const QString counted = tr("%1 of %2").arg(done).arg(pairs);
        const QString progress =
            left.count() > 0 ? tr("%1, %2 left").arg(counted, formatDuration(left)) : counted;
        m_state->setShorter({progress, counted});
        m_state->setText(tr("%1. Rows stay when you stop; the rest goes on later.").arg(progress));
    } else if (!noBudget.isEmpty()) {
        m_state->setText(noBudget);
    } else if (rows.empty()) {
        m_state->setShorter({tr("%1 methods, %2 formats chosen").arg(methods).arg(formats)});
        m_state->setText(tr("Choose methods and formats: each pair compresses the whole model and is "
                            "measured. %1 methods, %2 formats chosen.")
                             .arg(methods)
                             .arg(formats));
    } else if (row != nullptr && !row->note.empty()) {
        m_state->setText(QStringLiteral("* ") + coreWords(row->note));
    } else {
        m_state->setShorter({tr("%1 pairs measured").arg(done)});
        m_state->setText(tr("%1 pairs measured. Double-click a row to make it the allocation.").arg(done));
    }
}

void ComparePage::take()
{
    const ComparisonRow* const row = selected();
    if (row == nullptr || row->allocation.layers.empty())
        return; // under a budget there is none before it is measured
    m_workspace.document().replace(
        row->allocation,
        row->isOriginal()
            ? tr("All layers as stored")
            : (row->budgetBytes > 0 ? tr("Formats for %1 by %2") : tr("All layers to %1 by %2"))
                  .arg(QString::fromStdString(row->candidate.format), QString::fromStdString(row->method)));
}

void ComparePage::save()
{
    const QString web = tr("Web page (*.html)"), table = tr("Comma-separated values (*.csv)");
    QString chosen;
    QString path =
        QFileDialog::getSaveFileName(this, tr("Save report"), "comparison.html", web + ";;" + table, &chosen);
    if (path.isEmpty())
        return;
    const bool isTable =
        path.endsWith(".csv", Qt::CaseInsensitive) || (chosen == table && !path.endsWith(".html"));
    if (QFileInfo(path).suffix().isEmpty())
        path += isTable ? ".csv" : ".html";
    const std::string text = isTable
        ? comparisonCsv(m_comparison.kind(), m_comparison.rows())
        : comparisonHtml(
            m_workspace.model().file->path.filename().string(), m_comparison.kind(), m_comparison.rows());
    if (const auto written = writeTextFile(path, text); !written)
        showNotice(this, coreWords(written.error().message));
}

QWidget* makeComparePage(Workspace& workspace, QWidget* parent)
{
    return new ComparePage(workspace, parent);
}

} // namespace tritloom
