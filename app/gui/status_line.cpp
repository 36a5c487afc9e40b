#include "app/gui/status_line.h"

#include "app/gui/core_words.h"
#include "app/gui/evaluation/prediction_note.h"
#include "app/gui/model_loader.h"
#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/quiet_progress.h"
#include "app/session/rounded_inputs.h"
#include "app/session/running_work.h"

#include <QCoreApplication>
#include <QFile>
#include <QProgressBar>
#include <QPushButton>

#include <unistd.h>

namespace tritloom {
namespace {

/// Bytes of this process in memory; 0 where the system does not say.
std::uint64_t residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QList<QByteArray> fields = file.readAll().split(' ');
    return fields.size() < 2 ? 0 : fields[1].toULongLong() * std::uint64_t(sysconf(_SC_PAGESIZE));
}

/// What is known of the table when nothing measures it. "Ready" is said of what the layers are, not only of
/// the table: after a change of the method they may be of another.
QString sensitivityText(Workspace& workspace)
{
    const auto say = [](const char* text) { return QCoreApplication::translate("StatusLine", text); };
    const SensitivityTable& table = workspace.sensitivity().table();
    const std::size_t known = table.knownCount(), all = table.cellCount();
    const QString method = methodTitle(workspace.plugins(), workspace.method().id);
    const PredictionGap gap = predictionGap(table, workspace.document().allocation());
    const QString others = gap.kind != PredictionGap::Kind::OtherMethod
        ? QString()
        : QCoreApplication::translate(
            "StatusLine", ", but %n layer(s) are made otherwise", nullptr, int(gap.layers.size()));
    if (known == 0)
        return say(QT_TRANSLATE_NOOP("StatusLine", "Sensitivity by %1 not measured yet")).arg(method);
    if (known < all)
        return say(QT_TRANSLATE_NOOP("StatusLine", "Sensitivity by %1: %2 of %3 cells"))
                   .arg(method)
                   .arg(known)
                   .arg(all)
            + others;
    return say(QT_TRANSLATE_NOOP("StatusLine", "Sensitivity by %1 ready (%2 layers × %3 formats)"))
               .arg(method)
               .arg(table.cells.size())
               .arg(table.candidates.size())
        + others;
}

/// What computes; of a network on pictures also in how many layers inputs are rounded, where that is asked.
QString deviceText(Workspace& workspace)
{
    const std::string& id = workspace.engine().options().device;
    QString text;
    for (const Device& device : devices())
        if (device.id == id)
            text = coreWords(device.title);
    if (!workspace.model().picture)
        return text;
    const auto inputs = roundedInputs(workspace.model(), workspace.document().allocation(), id);
    return inputs
        ? StatusLine::tr("%1, in %2 of %3 layers").arg(text).arg(inputs->rounded).arg(inputs->layers)
        : text;
}

} // namespace

StatusLine::StatusLine(QWidget* parent)
    : QStatusBar(parent)
    , m_dot(new QLabel(QStringLiteral("●"), this))
    , m_text(new QLabel(this))
    , m_device(makeMutedLabel({}, this))
    , m_memory(makeMutedLabel({}, this))
    , m_progress(new QProgressBar(this))
    , m_cancel(new QPushButton(tr("Esc cancels"), this))
{
    setObjectName(QStringLiteral("statusLine"));
    setSizeGripEnabled(false);
    m_text->setObjectName(QStringLiteral("statusText"));
    m_progress->setObjectName(QStringLiteral("statusProgress"));
    m_device->setObjectName(QStringLiteral("statusDevice"));
    m_memory->setObjectName(QStringLiteral("statusMemory"));
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(130);
    m_cancel->setProperty("flat", true);
    m_cancel->setObjectName(QStringLiteral("statusCancel"));
    m_memory->setFont(figureFont(font(), 11));
    m_memory->setToolTip(tr("Memory of this program"));
    m_dot->setContentsMargins(10, 0, 2, 0);
    m_memory->setContentsMargins(0, 0, 10, 0);
    addWidget(m_dot);
    addWidget(m_text);
    addWidget(m_progress);
    addWidget(m_cancel);
    addPermanentWidget(m_device);
    addPermanentWidget(m_memory);
    connect(m_cancel, &QPushButton::clicked, this, &StatusLine::cancelAsked);
    m_poll.setInterval(100);
    connect(&m_poll, &QTimer::timeout, this, &StatusLine::refresh);
    m_memoryPoll.setInterval(1000);
    connect(&m_memoryPoll, &QTimer::timeout, this, &StatusLine::refreshMemory);
    m_memoryPoll.start();
    refreshMemory();
    refresh();
    // The style sheet, which comes after this, would take the dot's colour.
    QMetaObject::invokeMethod(this, &StatusLine::refresh, Qt::QueuedConnection);
}

void StatusLine::setWorkspace(Workspace* workspace)
{
    m_workspace = workspace;
    m_device->clear();
    m_device->setToolTip({});
    m_scope.reset();
    if (workspace != nullptr) {
        m_scope = std::make_unique<QObject>();
        const auto showDevice = [this] { m_device->setText(deviceText(*m_workspace)); };
        showDevice();
        connect(&workspace->document().undoStack(), &QUndoStack::indexChanged, m_scope.get(), showDevice);
        if (workspace->model().picture && workspace->engine().options().device.ends_with(":8bit"))
            m_device->setToolTip(tr("Products with packed weights round their inputs to 8 bits; convolutions "
                                    "and weights stored as floats are exact"));
        const auto refreshNow = [this] { refresh(); };
        connect(&workspace->evaluation(), &EvaluationController::started, m_scope.get(), refreshNow);
        connect(&workspace->evaluation(), &EvaluationController::finished, m_scope.get(), refreshNow);
        connect(&workspace->sensitivity(), &SensitivityController::runningChanged, m_scope.get(), refreshNow);
        connect(&workspace->sensitivity(), &SensitivityController::tableChanged, m_scope.get(), refreshNow);
        connect(&workspace->document().undoStack(), &QUndoStack::indexChanged, m_scope.get(), refreshNow);
        connect(&workspace->pictures(), &PicturesController::loadingChanged, m_scope.get(), refreshNow);
        connect(&workspace->sensitivity(), &SensitivityController::cellMeasured, m_scope.get(), [this] {
            if (!m_poll.isActive())
                m_poll.start(); // cells of an earlier run arrive: the next beat shows them
        });
        connect(&workspace->exporter(), &ExportController::runningChanged, m_scope.get(), refreshNow);
        for (const Job* const job :
             {&workspace->transforms().job(), &workspace->analyses().job(), &workspace->metric().job()})
            connect(job, &Job::runningChanged, m_scope.get(), refreshNow);
        connect(&RunningWork::of(*workspace), &RunningWork::changed, m_scope.get(), refreshNow);
    }
    refresh();
}

void StatusLine::setOpening(const QString& name, const ModelLoader* loader)
{
    m_loader = loader;
    m_opening = name;
    refresh();
}

QString StatusLine::text() const
{
    return m_text->text();
}

void StatusLine::refresh()
{
    const ThemeColors colors = themeColors(palette());
    QStringList parts;
    double fraction = -1;
    bool cancellable = false;
    const auto withTime = [](const QString& progress, std::chrono::milliseconds left) {
        return left.count() > 0 ? tr("%1, %2 left").arg(progress, formatDuration(left)) : progress;
    };
    if (!m_opening.isEmpty()) {
        const bool transforms = m_loader != nullptr && !m_loader->transform().isEmpty();
        if (transforms)
            fraction = m_loader->fraction();
        parts
            << (transforms ? tr("Opening %1: rewriting the model by %2 again, %3 %")
                                 .arg(m_opening, m_loader->transform())
                                 .arg(int(fraction * 100))
                           : tr("Opening %1").arg(m_opening));
        cancellable = true;
    }
    if (m_workspace != nullptr) {
        SensitivityController& sensitivity = m_workspace->sensitivity();
        const std::size_t known = sensitivity.table().knownCount(), all = sensitivity.table().cellCount();
        if (m_workspace->exporter().isRunning()) {
            fraction = m_workspace->exporter().fraction();
            parts << withTime(
                tr("Exporting, %1 %").arg(int(fraction * 100)), m_workspace->exporter().timeLeft());
        }
        const std::pair<const Job*, QString> jobs[] = {
            {&m_workspace->transforms().job(), tr("Transforming the model, %1 %")},
            {&m_workspace->analyses().job(), tr("Analysing, %1 %")},
            {&m_workspace->metric().job(), tr("Scoring layers, %1 %")}};
        for (const auto& [job, text] : jobs)
            if (job->isRunning()) {
                parts << withTime(text.arg(int(job->fraction() * 100)), job->timeLeft());
                fraction = std::max(fraction, job->fraction());
                cancellable = true;
            }
        for (const RunningWork::Work& work : RunningWork::of(*m_workspace).running()) {
            const double done = work.fraction ? work.fraction() : -1;
            const QString progress =
                done < 0 ? work.title : tr("%1, %2 %").arg(work.title).arg(int(done * 100));
            parts << (work.timeLeft ? withTime(progress, work.timeLeft()) : progress);
            fraction = std::max(fraction, done);
            cancellable = true;
        }
        if (sensitivity.isRunning()) {
            parts << withTime(
                tr("Measuring sensitivity: %1 of %2 cells").arg(known).arg(all), sensitivity.timeLeft());
            if (fraction < 0)
                fraction = all == 0 ? 0 : double(known) / double(all);
        } else if (!m_workspace->engine().whyNotEvaluated().empty()) {
            parts
                << (m_workspace->pictures().isLoading() ? tr("Reading the pictures…")
                        : m_workspace->model().picture
                        ? tr("No pictures yet to measure on")
                        : tr("This model can be looked at and exported, not measured"));
        } else {
            parts << sensitivityText(*m_workspace);
        }
        EvaluationController& evaluation = m_workspace->evaluation();
        if (evaluation.isRunning()) {
            const auto& latest = evaluation.latest();
            parts
                << (latest ? (m_workspace->model().picture ? tr("Measuring: picture %1 of %2")
                                                           : tr("Measuring: chunk %1 of %2"))
                                 .arg(latest->chunksDone)
                                 .arg(latest->chunksTotal)
                           : tr("Measuring"));
            if (fraction < 0)
                fraction = evaluation.fraction();
        }
        cancellable = cancellable || evaluation.isRunning() || sensitivity.isRunning()
            || m_workspace->exporter().isRunning();
    }
    const bool busy = cancellable;
    m_text->setText(parts.isEmpty() ? tr("Ready") : parts.join(QStringLiteral("   ·   ")));
    // How long opening takes nobody knows before: the bar runs to and fro.
    const bool opening = fraction < 0 && !m_opening.isEmpty();
    m_progress->setVisible(fraction >= 0 || opening);
    m_progress->setRange(0, opening ? 0 : 1000);
    showProgress(*m_progress, int(fraction * 1000));
    m_cancel->setVisible(cancellable);
    QPalette dot = m_dot->palette();
    dot.setColor(QPalette::WindowText, busy ? colors.accent : colors.good);
    m_dot->setPalette(dot);
    if (busy && !m_poll.isActive())
        m_poll.start();
    else if (!busy)
        m_poll.stop();
}

void StatusLine::refreshMemory()
{
    const std::uint64_t bytes = residentBytes();
    m_memory->setText(bytes == 0 ? QString() : tr("RSS %1").arg(formatBytes(bytes)));
}

} // namespace tritloom
