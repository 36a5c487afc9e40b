#pragma once

#include "app/gui/widgets/steady_label.h"
#include "app/session/workspace.h"

namespace tritloom {

/// Which runtimes would load the allocation as it is now: one mark an export target, the broken rules in the
/// tool tip. Follows every frame of a drag. GUI thread only.
class RuntimeBadges final : public SteadyLabel {
    Q_OBJECT

public:
    explicit RuntimeBadges(Workspace& workspace, QWidget* parent = nullptr);

private:
    void refresh();

    Workspace& m_workspace;
};

} // namespace tritloom
