#include "app/gui/evaluation/prediction_note.h"

#include "app/gui/core_words.h"
#include "app/gui/number_text.h"
#include "app/gui/plugin_words.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"

#include <QLabel>
#include <QPushButton>

#include <algorithm>

namespace tritloom {

QString methodTitle(const PluginHost& plugins, const std::string& id)
{
    const auto found = std::ranges::find(plugins.all(), id, &MethodInfo::id);
    return found == plugins.all().end() ? QString::fromStdString(id) : pluginWords(found->title);
}

QString whyNoPrediction(Workspace& workspace, const PredictionGap& gap)
{
    const auto say = [](const char* text) { return QCoreApplication::translate("PredictionNote", text); };
    const QString own = methodTitle(workspace.plugins(), workspace.method().id);
    const auto count = int(gap.layers.size());
    const Allocation& now = workspace.document().allocation();
    const bool bySeveral = std::ranges::any_of(
        gap.layers, [&](LayerId layer) { return now[layer].method != gap.example.method; });
    switch (gap.kind) {
    case PredictionGap::Kind::None:
        return {};
    case PredictionGap::Kind::OtherMethod:
        if (bySeveral)
            return QCoreApplication::translate(
                       "PredictionNote",
                       "No prediction: %n layer(s) are made by several methods, sensitivity is of %1.",
                       nullptr, count)
                .arg(own);
        return gap.example.method == workspace.method().id
            ? QCoreApplication::translate(
                "PredictionNote",
                "No prediction: %n layer(s) have formats or settings that the sensitivity table does not "
                "hold.",
                nullptr, count)
            : QCoreApplication::translate(
                  "PredictionNote", "No prediction: %n layer(s) are made by %1, sensitivity is of %2.",
                  nullptr, count)
                  .arg(methodTitle(workspace.plugins(), gap.example.method), own);
    case PredictionGap::Kind::Failed:
        return say(QT_TRANSLATE_NOOP("PredictionNote", "No prediction: %1 could not be measured: %2"))
            .arg(shortName(workspace.model().layer(gap.layers.front())), coreWords(gap.failure));
    case PredictionGap::Kind::NotMeasured:
        break;
    }
    if (workspace.sensitivity().isRunning())
        return say(QT_TRANSLATE_NOOP(
                       "PredictionNote", "No prediction yet: sensitivity by %1 is being measured."))
            .arg(own);
    return say(QT_TRANSLATE_NOOP("PredictionNote", "No prediction: sensitivity by %1 is not measured yet."))
        .arg(own);
}

PredictionNote::PredictionNote(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_text(new QLabel(this))
    , m_measure(new QPushButton(tr("Measure sensitivity"), this))
    , m_remake(new QPushButton(this))
    , m_back(new QPushButton(this))
{
    setObjectName(QStringLiteral("predictionNote"));
    m_text->setObjectName(QStringLiteral("predictionNoteText"));
    m_text->setWordWrap(true);
    m_measure->setObjectName(QStringLiteral("predictionMeasure"));
    m_remake->setObjectName(QStringLiteral("predictionRemake"));
    m_remake->setToolTip(
        tr("Each of these layers takes the nearest size that the chosen method offers; one step "
           "to undo"));
    m_back->setObjectName(QStringLiteral("predictionBack"));
    m_back->setToolTip(
        tr("Chooses the method that these layers were made by; what was measured of it is still "
           "known"));
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(m_text);
    for (QPushButton* const button : {m_measure, m_remake, m_back})
        column->addWidget(button, 0, Qt::AlignLeft);
    m_soon.setSingleShot(true);
    m_soon.setInterval(100);
    connect(&m_soon, &QTimer::timeout, this, &PredictionNote::refresh);
    const auto soon = [this] {
        if (!m_soon.isActive())
            m_soon.start();
    };
    connect(m_measure, &QPushButton::clicked, this, [this] { m_workspace.sensitivity().start(); });
    connect(m_remake, &QPushButton::clicked, this, &PredictionNote::remake);
    connect(m_back, &QPushButton::clicked, this, &PredictionNote::goBack);
    connect(&workspace.document(), &AllocationDocument::changed, this, soon);
    const SensitivityController& sensitivity = workspace.sensitivity();
    connect(&sensitivity, &SensitivityController::tableChanged, this, &PredictionNote::refresh);
    connect(&sensitivity, &SensitivityController::runningChanged, this, &PredictionNote::refresh);
    connect(&sensitivity, &SensitivityController::corrected, this, &PredictionNote::refresh);
    connect(&sensitivity, &SensitivityController::cellMeasured, this, soon);
    refresh();
}

void PredictionNote::setOriginalShown(bool original)
{
    if (std::exchange(m_original, original) != original)
        refresh();
}

void PredictionNote::refresh()
{
    const Allocation& now = m_workspace.document().allocation();
    const SensitivityTable& table = m_workspace.sensitivity().table();
    const PredictionGap gap = predictionGap(table, now);
    QString text = whyNoPrediction(m_workspace, gap);
    // Where this very allocation was measured, the note on what interacts says so.
    if (const auto before = uncorrectedKl(table, now); before && m_workspace.contradiction() == nullptr)
        text = tr("Corrected by what was measured: without that it would be ≈ %1.").arg(formatSmall(*before));
    const bool canMeasure = m_workspace.engine().whyNotEvaluated().empty();
    const bool otherMethod = gap.kind == PredictionGap::Kind::OtherMethod;
    m_text->setText(text);
    tint(
        m_text,
        otherMethod || gap.kind == PredictionGap::Kind::Failed ? themeColors(palette()).warning
                                                               : themeColors(palette()).mutedText);
    m_measure->setVisible(
        gap.kind == PredictionGap::Kind::NotMeasured && !m_workspace.sensitivity().isRunning());
    const std::vector<bool>& pinned = m_workspace.document().pinned();
    m_remake->setVisible(otherMethod && !std::ranges::all_of(gap.layers, [&](LayerId layer) {
                             return pinned[std::size_t(layer)];
                         }));
    m_back->setVisible(false);
    if (otherMethod) {
        m_remake->setText(
            tr("Make them by %1").arg(methodTitle(m_workspace.plugins(), m_workspace.method().id)));
        const auto made = methodOf(m_workspace.model(), now, gap.layers, m_workspace.methods());
        m_back->setVisible(made && *made != m_workspace.method());
        if (made)
            m_back->setText(tr("Back to %1").arg(methodTitle(m_workspace.plugins(), made->id)));
    }
    setVisible(!m_original && canMeasure && !text.isEmpty());
}

void PredictionNote::remake()
{
    const Allocation& now = m_workspace.document().allocation();
    const SensitivityTable& table = m_workspace.sensitivity().table();
    const PredictionGap gap = predictionGap(table, now);
    const std::vector<bool>& pinned = m_workspace.document().pinned();
    const auto free =
        std::ranges::count_if(gap.layers, [&](LayerId layer) { return !pinned[std::size_t(layer)]; });
    if (gap.kind == PredictionGap::Kind::OtherMethod)
        m_workspace.document().setChoices(
            nearestCells(m_workspace.model(), table, now, gap.layers, m_workspace.methods()),
            tr("%n layer(s) by %1", nullptr, int(free))
                .arg(methodTitle(m_workspace.plugins(), m_workspace.method().id)),
            AllocationDocument::Pins::Respected);
}

void PredictionNote::goBack()
{
    const Allocation& now = m_workspace.document().allocation();
    const PredictionGap gap = predictionGap(m_workspace.sensitivity().table(), now);
    if (const auto made = methodOf(m_workspace.model(), now, gap.layers, m_workspace.methods()))
        m_workspace.setMethod(*made);
}

} // namespace tritloom
