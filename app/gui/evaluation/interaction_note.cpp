#include "app/gui/evaluation/interaction_note.h"

#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"

namespace tritloom {

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
        setText(tr("%1: interacts with %2. The table is corrected.")
                    .arg(difference, names.join(QStringLiteral(", "))));
    else if (m_workspace.model().picture)
        setText(tr("%1: no layer stands out. The table is corrected.").arg(difference));
    else
        setText(tr("%1: no block stands out. The table is corrected.").arg(difference));
}

} // namespace tritloom
