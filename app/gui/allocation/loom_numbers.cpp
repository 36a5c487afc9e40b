#include "app/gui/allocation/loom_numbers.h"

#include "app/gui/allocation/loom_text.h"
#include "app/session/prediction.h"

#include <QLayout>

namespace tritloom {

LoomNumbers::LoomNumbers(Workspace& workspace, QWidget* page)
    : SteadyLabel(page)
    , m_workspace(workspace)
{
    setObjectName(QStringLiteral("loomNumbers"));
}

void LoomNumbers::refresh(const Estimate& estimate, bool original)
{
    const Allocation allocation =
        original ? m_workspace.model().original() : m_workspace.document().allocation();
    const bool corrected = uncorrectedKl(m_workspace.sensitivity().table(), allocation).has_value();
    const auto title = [&](bool terse) {
        return numbersTitle(
            m_workspace, estimate, original ? nullptr : m_workspace.measurement(), corrected,
            themeColors(palette()), original, terse);
    };
    const QString whole = title(false), tip = bitsTip(m_workspace.model(), estimate);
    setText(whole);
    // Words that came and went with a digit more or less would flicker in a drag.
    constexpr int spare = 24; // pixels
    const QMargins margins = parentWidget()->layout()->contentsMargins();
    const int room = parentWidget()->width() - margins.left() - margins.right();
    m_terse = sizeHint().width() > room - (m_terse ? spare : 0);
    if (m_terse)
        setText(title(true));
    setToolTip(m_terse ? QStringLiteral("<p>%1</p><p>%2</p>").arg(whole, tip.toHtmlEscaped()) : tip);
}

} // namespace tritloom
