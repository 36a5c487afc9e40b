#include "app/gui/evaluation/interaction_note.h"

#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/session/prediction.h"

#include <QCoreApplication>

namespace tritloom {

std::optional<double> predictedAtFirst(const Workspace& workspace)
{
    const Contradiction* const found = workspace.contradiction();
    return found != nullptr ? found->predicted : workspace.prediction();
}

QString predictedText(Workspace& workspace)
{
    const auto predicted = predictedAtFirst(workspace);
    if (!predicted)
        return QStringLiteral("–");
    const QString text = QStringLiteral("≈ ") + formatSmall(*predicted);
    const bool corrected = workspace.contradiction() == nullptr
        && uncorrectedKl(workspace.sensitivity().table(), workspace.document().allocation());
    return corrected ? QCoreApplication::translate("InteractionNote", "%1, corrected").arg(text) : text;
}

QString predictionToolTip()
{
    return QCoreApplication::translate(
        "InteractionNote",
        "Said before measuring: the sum of what each layer costs alone, from the sensitivity table. "
        "Predictions are grey and have no error, measurements have theirs.");
}

InteractionNote::InteractionNote(Workspace& workspace, QWidget* parent)
    : QLabel(parent)
    , m_workspace(workspace)
{
    setWordWrap(true);
    connect(&workspace.interaction(), &InteractionController::runningChanged, this, [this] {
        refresh(m_original);
    });
}

void InteractionNote::refresh(bool original)
{
    m_original = original;
    const Contradiction* const found = m_workspace.contradiction();
    setVisible(!m_original && (found != nullptr || m_workspace.interaction().isRunning()));
    tint(this, themeColors(palette()).warning);
    if (found == nullptr) {
        setText(tr("The measurement contradicts the prediction; looking for the layers that interact…"));
        return;
    }
    QStringList names;
    for (const std::string& name : found->interacting)
        names << QString::fromStdString(name);
    const QString difference = tr("Predicted %1, measured %2")
                                   .arg(formatSmall(found->predicted), formatSmall(found->measured.value));
    if (!names.isEmpty())
        setText(tr("%1: interacts with %2. From here on predictions count this in.")
                    .arg(difference, names.join(QStringLiteral(", "))));
    else if (m_workspace.model().picture)
        setText(tr("%1: no layer stands out. From here on predictions count this in.").arg(difference));
    else
        setText(tr("%1: no block stands out. From here on predictions count this in.").arg(difference));
}

} // namespace tritloom
