#pragma once

#include "app/session/workspace.h"

#include <QLabel>

namespace tritloom {

/// Which runtimes would load the allocation as it is now: one mark an export target, the broken rules in the
/// tool tip. Follows every frame of a drag. GUI thread only.
class RuntimeBadges final : public QLabel {
    Q_OBJECT

public:
    explicit RuntimeBadges(Workspace& workspace, QWidget* parent = nullptr);

private:
    void refresh();

    Workspace& m_workspace;
};

} // namespace tritloom
