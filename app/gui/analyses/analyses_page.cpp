#include "app/gui/analyses/analyses_page.h"

#include "app/gui/analyses/report_view.h"
#include "app/gui/core_words.h"
#include "app/gui/methods/plugin_chooser.h"
#include "app/gui/notice.h"
#include "app/gui/number_text.h"
#include "app/gui/plugin_words.h"
#include "app/gui/settings.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/choice_button.h"
#include "app/gui/widgets/quiet_progress.h"
#include "app/session/report_csv.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QSaveFile>
#include <QSplitter>
#include <QVBoxLayout>

namespace tritloom {

AnalysesPage::AnalysesPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_chooser(new PluginChooser(workspace.plugins(), PluginKind::Analysis, this))
    , m_view(new ReportView(this))
    , m_state(new QLabel(this))
    , m_empty(makeMutedLabel(tr("What an analysis finds appears here, in words, tables and charts."), this))
    , m_progress(new QProgressBar(this))
    , m_choice(new ChoiceButton(tr("Show or hide the list of analyses and their settings"), this))
    , m_save(new QPushButton(tr("Save as CSV…"), this))
    , m_run(new QPushButton(this))
{
    setObjectName(QStringLiteral("analysesPage"));
    m_chooser->list().setAccessibleName(tr("Analyses"));
    m_state->setObjectName(QStringLiteral("analysisState"));
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    m_choice->setObjectName(QStringLiteral("analysisChoice"));
    m_run->setObjectName(QStringLiteral("runAnalysis"));
    m_save->setObjectName(QStringLiteral("saveAnalysis"));
    m_progress->setObjectName(QStringLiteral("analysisProgress"));
    m_progress->setAccessibleName(tr("Progress of the analysis"));
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setMaximumWidth(140);
    m_view->setMinimumSize(200, 120); // less than a chart asks for, so that nothing scrolls in a low dock
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMinimumWidth(160);
    auto* const split = new QSplitter(Qt::Horizontal, this);
    split->addWidget(m_chooser);
    split->addWidget(m_empty);
    split->addWidget(m_view);
    split->setSizes({500, 400, 400});
    split->setStretchFactor(1, 1);
    split->setStretchFactor(2, 1);
    split->setChildrenCollapsible(false);
    auto* const header = new QHBoxLayout;
    header->addWidget(m_state, 1);
    header->addWidget(m_progress);
    header->addWidget(m_choice);
    header->addWidget(m_save);
    header->addWidget(m_run);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addLayout(header);
    layout->addWidget(split, 1);

    m_tick.setInterval(100);
    connect(&m_tick, &QTimer::timeout, this, &AnalysesPage::showState);
    AnalysisController& analyses = workspace.analyses();
    connect(m_run, &QPushButton::clicked, this, [this, &analyses] {
        analyses.job().isRunning() ? analyses.cancel() : run();
    });
    m_choice->setChoices(*m_chooser);
    connect(m_save, &QPushButton::clicked, this, &AnalysesPage::save);
    connect(m_chooser, &PluginChooser::changed, this, &AnalysesPage::showState);
    connect(m_chooser, &PluginChooser::activated, this, [this, &analyses] {
        if (!analyses.job().isRunning() && m_run->isEnabled())
            run();
    });
    connect(&analyses, &AnalysisController::finished, this, [this, &analyses] {
        m_view->show(*analyses.report());
        m_choice->giveWay();
    });
    connect(&analyses, &AnalysisController::failed, this, [this](const QString& why) {
        m_failure = coreWords(why);
        showState();
    });
    connect(&analyses, &AnalysisController::runningChanged, this, [this, &analyses] {
        analyses.job().isRunning() ? m_tick.start() : m_tick.stop();
        showState();
    });
    const auto refreshWhyNot = [this] {
        m_chooser->setWhyNot([this](const MethodInfo& info) { return whyNot(info); });
        showState();
    };
    connect(&workspace.pictures(), &PicturesController::changed, this, refreshWhyNot);
    // A page made later shows what is known already.
    if (analyses.report())
        m_view->show(*analyses.report());
    if (analyses.job().isRunning())
        m_tick.start();
    // Asking loads every plugin of the kind: after the page is there, so that neither takes long.
    QTimer::singleShot(0, this, refreshWhyNot);
    showState();
}

QString AnalysesPage::whyNot(const MethodInfo& info) const
{
    return coreWords(m_workspace.analyses().whyNot(info.id));
}

QString AnalysesPage::titleOf(const PluginChoice& choice) const
{
    for (const MethodInfo& info : m_workspace.plugins().of(PluginKind::Analysis))
        if (info.id == choice.id)
            return pluginWords(info.title);
    return QString::fromStdString(choice.id);
}

void AnalysesPage::choose(const std::string& analysis)
{
    m_choice->setChecked(true);
    m_chooser->setChoice({analysis, {}});
    showState();
}

void AnalysesPage::run()
{
    m_failure.clear();
    m_workspace.analyses().start(m_chooser->choice(), m_workspace.sensitivity().table().candidates);
}

void AnalysesPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_empty->setVisible(!m_workspace.analyses().report() && ChoiceButton::hasRoomForBoth(*this));
}

void AnalysesPage::showState()
{
    const AnalysisController& analyses = m_workspace.analyses();
    const Job& job = analyses.job();
    const bool running = job.isRunning();
    m_progress->setVisible(running);
    showProgress(*m_progress, int(1000 * job.fraction()));
    m_run->setText(running ? tr("Stop") : tr("Run"));
    m_run->setEnabled(running || (m_chooser->whyNot().isEmpty() && !m_chooser->title().isEmpty()));
    m_choice->setVisible(analyses.report().has_value());
    m_save->setEnabled(analyses.report().has_value());
    m_view->setVisible(analyses.report().has_value());
    m_empty->setVisible(
        !analyses.report() && ChoiceButton::hasRoomForBoth(*this)); // else titles and settings need the room
    const bool failed = !running && !m_failure.isEmpty();
    tint(
        m_state,
        failed ? themeColors(palette()).bad : palette().color(QPalette::Active, QPalette::WindowText));
    if (running) {
        const auto left = job.timeLeft();
        m_state->setText(
            left.count() > 0 ? tr("%1 runs, %2 left.").arg(titleOf(analyses.asked()), formatDuration(left))
                             : tr("%1 runs.").arg(titleOf(analyses.asked())));
    } else if (failed) {
        m_state->setText(tr("%1 gave nothing: %2.").arg(titleOf(analyses.asked()), m_failure));
    } else if (analyses.report()) {
        m_state->setText(tr("Shown: %1.").arg(titleOf(analyses.reported())));
    } else {
        m_state->setText(tr("Choose an analysis and run it; the window goes on meanwhile."));
    }
}

void AnalysesPage::save()
{
    const PluginChoice& shown = m_workspace.analyses().reported();
    const QString name = QString::fromStdString(shown.id) + QStringLiteral(".csv");
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save the findings"), QFileInfo(lastFolder("report"), name).filePath(),
        tr("Comma-separated values (*.csv)"));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += QStringLiteral(".csv");
    setLastFolder("report", path);
    const QByteArray text = QByteArray::fromStdString(reportCsv(*m_workspace.analyses().report()));
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit())
        showNotice(this, tr("Saved as %1").arg(path), NoticeKind::Information);
    else
        showNotice(this, tr("%1 was not saved: %2").arg(path, file.errorString()));
}

QWidget* makeAnalysesPage(Workspace& workspace, QWidget* parent)
{
    return new AnalysesPage(workspace, parent);
}

} // namespace tritloom
