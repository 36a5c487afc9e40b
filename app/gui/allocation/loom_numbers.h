#pragma once

#include "app/gui/widgets/steady_label.h"
#include "app/session/workspace.h"

namespace tritloom {

/// The numbers above the loom, in as many words as its page has room for; the tool tip has all of them.
/// GUI thread only.
class LoomNumbers final : public SteadyLabel {
    Q_OBJECT

public:
    LoomNumbers(Workspace& workspace, QWidget* page);

    /// estimate: of the document's allocation, or, where the original is shown, of that.
    void refresh(const Estimate& estimate, bool original);

private:
    Workspace& m_workspace;
    bool m_terse = false;
};

} // namespace tritloom
