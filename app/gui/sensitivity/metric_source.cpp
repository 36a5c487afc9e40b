// What a metric says, in the place of the measured sweep: the other half of SensitivityPage.
#include "app/gui/core_words.h"
#include "app/gui/notice.h"
#include "app/gui/number_text.h"
#include "app/gui/plugin_words.h"
#include "app/gui/sensitivity/sensitivity_page.h"
#include "app/gui/widgets/parameter_button.h"
#include "app/gui/widgets/quiet_progress.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include <algorithm>

namespace tritloom {

void SensitivityPage::makeSources()
{
    m_source->setObjectName(QStringLiteral("sensitivitySource"));
    m_source->setAccessibleName(tr("Where sensitivity comes from"));
    m_source->addItem(tr("Measured sweep"), QString());
    m_source->setItemData(
        0, tr("Every layer in every format, one at a time, by running the model"), Qt::ToolTipRole);
    for (const MethodInfo& info : m_workspace.plugins().of(PluginKind::SensitivityMetric)) {
        m_source->addItem(pluginWords(info.title), QString::fromStdString(info.id));
        m_source->setItemData(
            m_source->count() - 1,
            QStringLiteral("<p>%1</p><p>%2</p>")
                .arg(pluginWords(info.summary).toHtmlEscaped(), info.paper.toHtmlEscaped()),
            Qt::ToolTipRole);
    }
    m_source->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_source->setMinimumContentsLength(15);
    m_settings->setObjectName(QStringLiteral("metricSettings"));
    m_allocates->setObjectName(QStringLiteral("allocateByMetric"));
    m_allocates->setToolTip(tr("“Allocate” goes by these costs instead of the measured sweep's"));
    MetricController& metric = m_workspace.metric();
    m_tick.setInterval(100);
    connect(&m_tick, &QTimer::timeout, this, &SensitivityPage::showState);
    connect(m_source, &QComboBox::currentIndexChanged, this, &SensitivityPage::takeSource);
    connect(m_settings, &ParameterButton::chosen, this, [this] {
        m_metric.parameters = m_settings->values();
        rebuild();
    });
    connect(m_allocates, &QCheckBox::clicked, this, [this](bool on) {
        AllocatorChoice choice = m_workspace.allocator();
        choice.metric = on ? m_metric : PluginChoice();
        m_workspace.setAllocator(choice);
    });
    connect(&m_workspace, &Workspace::allocatorChanged, this, &SensitivityPage::showState);
    connect(&metric, &MetricController::finished, this, [this, &metric] {
        rebuild();
        const MetricScores* const known = scores();
        if (known != nullptr && !known->notices.empty())
            showNotice(this, coreWords(known->notices.front()), NoticeKind::Information);
        (void)metric;
    });
    connect(&metric, &MetricController::forgotten, this, [this] {
        if (!isMeasured())
            rebuild();
    });
    connect(&metric, &MetricController::failed, this, [this](const QString& why) {
        showNotice(this, tr("%1 gave nothing: %2").arg(m_source->currentText(), why));
    });
    connect(&metric, &MetricController::runningChanged, this, [this, &metric] {
        metric.job().isRunning() ? m_tick.start() : m_tick.stop();
        showState();
    });
    // A project that allocates by a metric shows it.
    m_metric = m_workspace.allocator().metric;
    const QSignalBlocker quiet(m_source);
    m_source->setCurrentIndex(std::max(0, m_source->findData(QString::fromStdString(m_metric.id))));
    if (const SensitivityMetric* const known = m_workspace.plugins().metric(m_metric.id))
        m_settings->setPlugin(m_source->currentText(), known->parameters(), m_metric.parameters);
}

void SensitivityPage::showSource(const std::string& metric)
{
    if (const int at = m_source->findData(QString::fromStdString(metric)); at >= 0)
        m_source->setCurrentIndex(at);
}

void SensitivityPage::takeSource()
{
    m_metric = {m_source->currentData().toString().toStdString(), {}};
    if (m_workspace.allocator().metric.id == m_metric.id)
        m_metric = m_workspace.allocator().metric;
    if (const SensitivityMetric* const known = m_workspace.plugins().metric(m_metric.id))
        m_settings->setPlugin(m_source->currentText(), known->parameters(), m_metric.parameters);
    rebuild();
}

const MetricScores* SensitivityPage::scores() const
{
    return isMeasured() ? nullptr
                        : m_workspace.metric().scores(m_metric, m_workspace.sensitivity().table().candidates);
}

void SensitivityPage::toggleRun()
{
    SensitivityController& sensitivity = m_workspace.sensitivity();
    MetricController& metric = m_workspace.metric();
    if (isMeasured())
        sensitivity.isRunning() ? sensitivity.cancel() : sensitivity.start();
    else if (metric.job().isRunning())
        metric.cancel();
    else
        metric.start(m_metric, sensitivity.table().candidates);
}

void SensitivityPage::showMetricState()
{
    const Job& job = m_workspace.metric().job();
    const bool running = job.isRunning();
    const MetricScores* const known = scores();
    m_allocates->setChecked(m_workspace.allocator().metric == m_metric);
    m_progress->setRange(0, 1000);
    showProgress(*m_progress, int(1000 * job.fraction()));
    m_progress->setVisible(running);
    m_run->setText(running ? tr("Stop") : tr("Score"));
    m_run->setEnabled(running || known == nullptr);
    m_run->setVisible(true);
    if (running) {
        const auto left = job.timeLeft();
        m_state->setText(
            left.count() > 0 ? tr("%1 left").arg(formatDuration(left)) : tr("Looking at the layers"));
    } else if (known != nullptr) {
        const QString title = coreWords(known->title);
        m_state->setText(
            known->isAdditive ? tr("%1; sums over layers.").arg(title)
                              : tr("%1; only the order means something.").arg(title));
    } else {
        m_state->setText(tr("Not asked yet."));
    }
}

} // namespace tritloom
