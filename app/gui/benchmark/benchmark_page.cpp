#include "app/gui/benchmark/benchmark_page.h"

#include "app/gui/core_words.h"
#include "app/gui/notice.h"
#include "app/gui/number_text.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/checked_list.h"
#include "app/gui/widgets/choice_button.h"
#include "app/gui/widgets/elided_label.h"
#include "app/session/benchmark_rows.h"
#include "app/session/running_work.h"
#include "app/session/text_file.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include <set>

namespace tritloom {
namespace {

enum Column { Work, Where, Time, Bandwidth, OfBandwidth, Operations, OfPeak, Tokens, ColumnCount };

QString rateText(double perSecond)
{
    return QLocale().toString(perSecond / 1e9, 'f', perSecond < 1e10 ? 2 : 1);
}

QString timeText(double seconds)
{
    return seconds < 1 ? QLocale().toString(seconds * 1e3, 'f', 2) + " ms"
                       : QLocale().toString(seconds, 'f', 2) + " s";
}

} // namespace

BenchmarkPage::BenchmarkPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_benchmark(workspace.engine().model(), workspace.methods(), workspace.store())
    , m_what(new QComboBox(this))
    , m_filter(new QLineEdit(this))
    , m_formats(new QListWidget(this))
    , m_table(new QTableWidget(0, ColumnCount, this))
    , m_bars(new ShareBars(this))
    , m_scroll(new QScrollArea(this))
    , m_run(new QPushButton(this))
    , m_choice(new ChoiceButton(tr("Show or hide what can be measured"), this))
    , m_clear(new QPushButton(tr("Clear"), this))
    , m_save(new QPushButton(tr("Save table…"), this))
    , m_progress(new QProgressBar(this))
    , m_state(new ElidedLabel({}, this))
    , m_limits(makeMutedLabel({}, this))
    , m_empty(makeMutedLabel(
          tr("Speeds appear here, row by row, each beside what this machine can do at most."), this))
{
    setObjectName("benchmarkPage");
    m_what->setObjectName("benchmarkWhat");
    m_formats->setObjectName("benchmarkFormats");
    m_table->setObjectName("benchmarkTable");
    m_run->setObjectName("runBenchmark");
    m_clear->setObjectName("clearBenchmark");
    m_choice->setObjectName("benchmarkChoice");
    m_what->setAccessibleName(tr("What is measured"));
    m_formats->setAccessibleName(tr("Formats to measure"));
    m_table->setAccessibleName(tr("Measured speeds"));
    m_what->addItem(tr("Products of packed weights"), int(BenchmarkController::What::Products));
    m_what->addItem(tr("Fitting weights"), int(BenchmarkController::What::Fitting));
    m_what->addItem(tr("This model, token by token"), int(BenchmarkController::What::Decode));
    m_what->addItem(tr("This model, whole contexts"), int(BenchmarkController::What::Evaluate));
    m_filter->setPlaceholderText(tr("Formats, filtered"));
    m_filter->setAccessibleName(m_filter->placeholderText());
    m_filter->setClearButtonEnabled(true);
    m_progress->setRange(0, 0); // how long a row takes is what is to be found out
    m_progress->setTextVisible(false);
    m_progress->setMaximumWidth(140);
    m_table->setHorizontalHeaderLabels(
        {tr("Format × columns"), tr("Device"), tr("Time"), tr("GB/s"), tr("of bandwidth"), tr("GOP/s"),
         tr("of peak"), tr("Tokens/s")});
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->setDefaultSectionSize(24);
    // The theme makes what a scroll area holds transparent, which a chart takes for black.
    auto* const holder = new QWidget(this);
    auto* const inside = new QVBoxLayout(holder);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->addWidget(m_bars);
    m_scroll->setWidget(holder);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);

    auto* const choices = new QWidget(this);
    choices->setMaximumWidth(260);
    auto* const left = new QVBoxLayout(choices);
    left->setContentsMargins(0, 0, 0, 0);
    left->addWidget(m_what);
    left->addWidget(m_filter);
    left->addWidget(m_formats, 1);
    auto* const split = new QSplitter(Qt::Horizontal, this);
    split->addWidget(choices);
    split->addWidget(m_empty);
    split->addWidget(m_table);
    split->addWidget(m_scroll);
    split->setSizes({200, 400, 600, 340});
    for (int i = 1; i < split->count(); ++i)
        split->setStretchFactor(i, 1);
    split->setChildrenCollapsible(false);
    auto* const header = new QHBoxLayout;
    header->addWidget(m_state, 1);
    header->addWidget(m_progress);
    header->addWidget(m_choice);
    header->addWidget(m_clear);
    header->addWidget(m_save);
    header->addWidget(m_run);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addLayout(header);
    layout->addWidget(split, 1);
    layout->addWidget(m_limits);

    connect(m_run, &QPushButton::clicked, this, [this] {
        m_benchmark.isRunning() ? m_benchmark.cancel() : start();
    });
    m_choice->setChoices(*choices);
    connect(m_clear, &QPushButton::clicked, &m_benchmark, &BenchmarkController::clear);
    connect(m_save, &QPushButton::clicked, this, &BenchmarkPage::save);
    connect(m_what, &QComboBox::currentIndexChanged, this, &BenchmarkPage::showState);
    connect(m_formats, &QListWidget::itemChanged, this, &BenchmarkPage::showState);
    filterBy(m_filter, m_formats);
    connect(&m_benchmark, &BenchmarkController::rowsChanged, this, &BenchmarkPage::rebuild);
    connect(&m_benchmark, &BenchmarkController::runningChanged, this, &BenchmarkPage::showState);
    connect(&m_benchmark, &BenchmarkController::failed, this, [this](const QString& why) {
        showNotice(this, coreWords(why));
    });
    auto& work = RunningWork::of(workspace);
    connect(&m_benchmark, &BenchmarkController::runningChanged, &work, &RunningWork::changed);
    work.add(
        {&m_benchmark,
         tr("Measuring speeds"),
         [this] { return m_benchmark.isRunning(); },
         [this] { m_benchmark.cancel(); },
         {},
         {}});
    fillFormats();
    rebuild();
}

void BenchmarkPage::fillFormats()
{
    // What the allocation uses is what one wants to know first.
    std::set<std::string> used;
    const Model& model = m_workspace.model();
    const Allocation& allocation = m_workspace.document().allocation();
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        used.insert(
            allocation.layers[i].format.empty() ? model.layers[i].storedFormat : allocation.layers[i].format);
    std::vector<std::string> all{"f16", "q8_0", "q6_k", "q4_k", "q4_0", "q2_k", "tq2_0", "int4g64"};
    const std::set<std::string> usual(all.begin(), all.end());
    for (const std::string& id : weightFormats())
        if (!usual.contains(id))
            all.push_back(id);
    for (const std::string& id : all) {
        const QString text = QString::fromStdString(id);
        addChecked(m_formats, text, text, usual.contains(id) || used.contains(id));
    }
}

BenchmarkController::What BenchmarkPage::what() const
{
    return static_cast<BenchmarkController::What>(m_what->currentData().toInt());
}

void BenchmarkPage::start()
{
    m_benchmark.start(what(), checkedOf(m_formats));
    m_choice->giveWay();
}

void BenchmarkPage::rebuild()
{
    const auto& rows = m_benchmark.rows();
    m_table->setRowCount(int(rows.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const BenchmarkRow& row = rows[i];
        const bool isModel = row.rows == 0;
        const auto set = [&](Column column, const QString& text) {
            auto* const item = new QTableWidgetItem(text);
            if (column != Work && column != Where)
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            item->setToolTip(
                isModel ? QString()
                        : tr("%1 × %2 weights, %3 threads; half of the times within ±%4")
                              .arg(row.rows)
                              .arg(row.inner)
                              .arg(row.threads)
                              .arg(formatShare(row.spread / 2)));
            m_table->setItem(int(i), column, item);
        };
        set(Work, benchmarkTitle(row));
        set(Where, QString::fromStdString(row.device));
        set(Time, timeText(row.seconds));
        set(Bandwidth, rateText(row.bytesPerSecond));
        set(OfBandwidth, formatShare(row.shareOfBandwidth));
        set(Operations, row.operationsPerSecond > 0 ? rateText(row.operationsPerSecond) : QString());
        set(OfPeak, row.shareOfPeak > 0 ? formatShare(row.shareOfPeak) : QString());
        set(Tokens,
            isModel && row.wallSeconds > 0 ? QLocale().toString(double(row.columns) / row.wallSeconds, 'f', 1)
                                           : QString());
    }
    m_bars->show(rows);
    showState();
}

void BenchmarkPage::showState()
{
    const bool running = m_benchmark.isRunning(), any = !m_benchmark.rows().empty();
    const bool ofFormats =
        what() == BenchmarkController::What::Products || what() == BenchmarkController::What::Fitting;
    const QString why = m_benchmark.whyNot(what());
    m_formats->setEnabled(ofFormats && !running);
    m_filter->setEnabled(ofFormats && !running);
    m_what->setEnabled(!running);
    m_progress->setVisible(running);
    m_run->setText(running ? tr("Stop") : tr("Measure"));
    m_run->setEnabled(running || (why.isEmpty() && (!ofFormats || !checkedOf(m_formats).empty())));
    m_choice->setVisible(any);
    if (!any)
        m_choice->setChecked(true);
    m_clear->setEnabled(any && !running);
    m_save->setEnabled(any);
    m_table->setVisible(any);
    m_scroll->setVisible(any);
    m_empty->setVisible(!any);
    if (!why.isEmpty() && !running)
        m_state->setText(tr("Cannot be measured: %1").arg(why));
    else if (running)
        m_state->setText(tr("Measuring; other work in this window makes it slower."));
    else if (ofFormats)
        m_state->setText(tr("%1 formats chosen; some seconds each.").arg(checkedOf(m_formats).size()));
    else
        m_state->setText(tr("The model as its file stores it."));
    const CpuLimits& limits = m_benchmark.limits();
    m_limits->setText(
        limits.readBytesPerSecond > 0
            ? tr("This machine, measured: memory %1 GB/s, 32-bit floats %2 GFLOP/s, 8-bit products %3 GOP/s")
                  .arg(
                      rateText(limits.readBytesPerSecond), rateText(limits.floatOperationsPerSecond),
                      rateText(limits.byteOperationsPerSecond))
            : QString());
    if (limits.tileFloatOperationsPerSecond > 0)
        m_limits->setText(tr("%1, bf16 tiles %2 GFLOP/s")
                              .arg(m_limits->text(), rateText(limits.tileFloatOperationsPerSecond)));
    m_limits->setVisible(!m_limits->text().isEmpty());
}

void BenchmarkPage::save()
{
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save table"), "speeds.csv", tr("Comma-separated values (*.csv)"));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += ".csv";
    if (const auto saved = writeTextFile(path, benchmarkCsv(m_benchmark.rows())); !saved)
        showNotice(this, coreWords(saved.error().message));
}

QWidget* makeBenchmarkPage(Workspace& workspace, QWidget* parent)
{
    return new BenchmarkPage(workspace, parent);
}

} // namespace tritloom
