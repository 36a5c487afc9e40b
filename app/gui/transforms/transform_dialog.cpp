#include "app/gui/transforms/transform_dialog.h"

#include "app/gui/core_words.h"
#include "app/gui/methods/plugin_chooser.h"
#include "app/gui/number_text.h"
#include "app/gui/plugin_words.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/quiet_progress.h"
#include "app/session/engine.h"
#include "app/session/reach.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr int asSet = -1; ///< in place of a candidate's number: what every layer becomes now

/// The candidate whose bits are nearest to the budget: what most layers will probably become.
int nearestToBudget(const Workspace& workspace, const std::vector<Candidate>& candidates)
{
    const double wanted = budgetToBits(workspace.model(), double(workspace.goal().budgetBytes));
    int best = 0;
    double distance = 1e300;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const double bits =
            bitsPerWeight(workspace.model(), uniform(workspace.model(), candidates[i]), workspace.methods());
        if (std::fabs(bits - wanted) < distance) {
            distance = std::fabs(bits - wanted);
            best = int(i);
        }
    }
    return best;
}

} // namespace

QString transformsTitle(const Workspace& workspace)
{
    QStringList parts;
    for (const AppliedTransform& applied : const_cast<Workspace&>(workspace).engine().transforms()) {
        QString title = QString::fromStdString(applied.transform.id);
        for (const MethodInfo& info : workspace.plugins().of(PluginKind::ModelTransform))
            if (info.id == applied.transform.id)
                title = pluginWords(info.title);
        const auto specs = workspace.plugins().specsOf(PluginKind::ModelTransform)(applied.transform.id);
        for (const auto& [key, value] : applied.transform.parameters)
            title += QStringLiteral(", %1=%2").arg(
                QString::fromStdString(key), QString::fromStdString(parameterText(specs, key, value)));
        parts << title;
    }
    return parts.join(QStringLiteral(" + "));
}

TransformDialog::TransformDialog(Workspace& workspace, const std::string& shown, QWidget* parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_chooser(new PluginChooser(workspace.plugins(), PluginKind::ModelTransform, this))
    , m_preparedFor(new QComboBox(this))
    , m_inPlace(new QLabel(this))
    , m_state(new QLabel(this))
    , m_progress(new QProgressBar(this))
    , m_close(new QPushButton(tr("Close"), this))
    , m_apply(new QPushButton(this))
{
    setObjectName(QStringLiteral("transformDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(false);
    setWindowTitle(tr("Transform the model"));
    m_chooser->list().setAccessibleName(tr("Transforms"));
    m_preparedFor->setObjectName(QStringLiteral("preparedFor"));
    m_preparedFor->setAccessibleName(tr("Format to prepare for"));
    m_inPlace->setObjectName(QStringLiteral("transformsInPlace"));
    m_state->setObjectName(QStringLiteral("transformState"));
    m_apply->setObjectName(QStringLiteral("transformApply"));
    m_apply->setProperty("primary", true);
    m_apply->setDefault(true);
    for (QLabel* const label : {m_inPlace, m_state}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress of the transform"));
    auto* const intro = makeMutedLabel(
        tr("A transform rewrites weights so that they compress better; nearly all leave what the model "
           "computes. "
           "Bits and pins stay; “Back to the original” undoes it."),
        this);
    intro->setWordWrap(true);
    const auto& candidates = workspace.sensitivity().table().candidates;
    for (const Candidate& candidate : candidates)
        if (candidate.method == workspace.method().id) // floats need no preparation
            m_preparedFor->addItem(
                formatName(candidate.format, candidate.parameters), int(&candidate - candidates.data()));
    m_preparedFor->addItem(tr("the bits as they are set, layer by layer"), asSet);
    m_preparedFor->setCurrentIndex(
        std::max(0, m_preparedFor->findData(nearestToBudget(workspace, candidates))));
    auto* const prepared = new QHBoxLayout;
    prepared->addWidget(new QLabel(tr("Prepare for"), this));
    prepared->addWidget(m_preparedFor);
    prepared->addWidget(m_inPlace, 1);
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_state, 1);
    buttons->addWidget(m_close);
    buttons->addWidget(m_apply);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(intro);
    column->addWidget(m_chooser, 1);
    column->addLayout(prepared);
    column->addWidget(m_progress);
    column->addLayout(buttons);
    resize(700, 440);

    TransformController& transforms = workspace.transforms();
    m_tick.setInterval(100);
    connect(&m_tick, &QTimer::timeout, this, &TransformDialog::refresh);
    connect(m_close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_apply, &QPushButton::clicked, this, [this, &transforms] {
        transforms.job().isRunning() ? transforms.cancel() : start();
    });
    connect(m_chooser, &PluginChooser::changed, this, [this] {
        m_failure.clear();
        refresh();
    });
    connect(&transforms, &TransformController::failed, this, [this](const QString& why) {
        m_failure = coreWords(why);
    });
    connect(&transforms, &TransformController::finished, this, &QDialog::close);
    connect(&transforms, &TransformController::runningChanged, this, [this, &transforms] {
        transforms.job().isRunning() ? m_tick.start() : m_tick.stop();
        refresh();
    });
    connect(&workspace, &Workspace::left, this, [this] {
        m_tick.stop();
        disconnect(m_chooser, nullptr, this, nullptr);
        QDialog::close();
    });
    m_chooser->setWhyNot(
        [&transforms](const MethodInfo& info) { return coreWords(transforms.whyNot(info.id)); });
    if (!shown.empty())
        m_chooser->setChoice({shown, {}});
    refresh();
}

void TransformDialog::start()
{
    std::vector<Candidate> prepares;
    if (const int at = m_preparedFor->currentData().toInt(); at != asSet)
        prepares.push_back(m_workspace.sensitivity().table().candidates[std::size_t(at)]);
    else if (Candidate set = asCandidate(m_workspace.model(), m_workspace.document().allocation());
             !set.format.empty())
        prepares.push_back(std::move(set));
    m_failure.clear();
    m_workspace.transforms().start(m_chooser->choice(), std::move(prepares));
}

void TransformDialog::refresh()
{
    const Job& job = m_workspace.transforms().job();
    const bool running = job.isRunning();
    const QString inPlace = transformsTitle(m_workspace);
    m_inPlace->setText(inPlace.isEmpty() ? QString() : tr("In place: %1").arg(inPlace));
    m_progress->setVisible(running);
    showProgress(*m_progress, int(1000 * job.fraction()));
    m_chooser->setEnabled(!running);
    m_preparedFor->setEnabled(!running);
    m_apply->setText(running ? tr("Stop") : tr("Transform"));
    m_apply->setEnabled(running || m_chooser->whyNot().isEmpty());
    const auto left = job.timeLeft();
    m_state->setText(
        running
            ? (left.count() > 0 ? tr("%1 runs, %2 left.").arg(m_chooser->title(), formatDuration(left))
                                : tr("%1 runs.").arg(m_chooser->title()))
            : m_failure.isEmpty() ? QString()
                                  : tr("Nothing was changed: %1.").arg(m_failure));
    tint(
        m_state,
        running ? palette().color(QPalette::Active, QPalette::WindowText) : themeColors(palette()).bad);
}

} // namespace tritloom
