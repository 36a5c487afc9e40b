#pragma once

#include "app/session/workspace.h"

#include <QListWidget>

namespace tritloom {

/// The steps of the undo stack, each with its perplexity, or the headline of its pictures, and the change
/// from the step before, once they are measured. A click goes there. GUI thread only.
class HistoryList final : public QListWidget {
    Q_OBJECT

public:
    HistoryList(Workspace& workspace, QWidget* parent);

private:
    void compareWithNow(int step);
    void refresh();
    struct Quality { ///< perplexity, or a headline
        double value = 0;
        QString text;
    };
    [[nodiscard]] std::optional<Quality> qualityOf(const Allocation& allocation) const;

    Workspace& m_workspace;
};

} // namespace tritloom
