#pragma once

#include "app/gui/widgets/card.h"
#include "app/session/workspace.h"

class QComboBox;

namespace tritloom {

class SizeField;
class SegmentBars;
class SteadyLabel;

/// What the allocation takes in memory, and whether that fits. GUI thread only.
class MemoryCard final : public QWidget {
    Q_OBJECT

public:
    explicit MemoryCard(Workspace& workspace, QWidget* parent = nullptr);

    void showOriginal(bool original); ///< the figures of the uncompressed model instead

private:
    void refresh();

    Workspace& m_workspace;
    SteadyLabel *m_memory, *m_legend;
    QComboBox* m_context; ///< hidden for networks on pictures, which keep no cache
    SizeField* m_target;
    SegmentBars* m_bars;
    bool m_original = false;
};

} // namespace tritloom
