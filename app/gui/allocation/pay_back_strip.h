#pragma once

#include "app/session/workspace.h"

#include <QWidget>

class QHBoxLayout;
class QPushButton;

namespace tritloom {

class ElidedLabel;

/// Up to three small raises that win back most: one button each. GUI thread only.
class PayBackStrip final : public QWidget {
    Q_OBJECT

public:
    PayBackStrip(Workspace& workspace, QWidget* parent);

    void refresh();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void showWhatFits();
    Workspace& m_workspace;
    QHBoxLayout* m_row;
    ElidedLabel* m_caption;
    struct Chip {
        QPushButton* button;
        QString text, shorter;
    };
    std::vector<Chip> m_chips; ///< best first
};

} // namespace tritloom
