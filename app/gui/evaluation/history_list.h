#pragma once

#include "app/session/workspace.h"

#include <QListWidget>

namespace tritloom {

/// The steps of the undo stack, each with what it did to perplexity, or to pictures, once that is measured. A
/// click goes there. GUI thread only.
class HistoryList final : public QListWidget {
    Q_OBJECT

public:
    HistoryList(Workspace& workspace, QWidget* parent);

private:
    void compareWithNow(int step);
    void remember();
    void refresh();
    struct Quality { ///< perplexity, or a headline
        double value = 0;
        QString text, unit;
    };
    [[nodiscard]] std::optional<Quality> qualityAt(int step) const;

    Workspace& m_workspace;
    std::vector<std::optional<Allocation>> m_steps; ///< by index of the stack; absent when it was never on it
};

} // namespace tritloom
