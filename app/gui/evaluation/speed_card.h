#pragma once

#include "app/session/workspace.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace tritloom {

class Card;

/// Decode speed, estimated from bandwidth and measured on request, and energy a token. GUI thread only.
class SpeedCard final : public QWidget {
    Q_OBJECT

public:
    explicit SpeedCard(Workspace& workspace, QWidget* parent = nullptr);

    void showOriginal(bool original); ///< the figures of the uncompressed model instead

private:
    void refresh();
    [[nodiscard]] Allocation shown() const;

    Workspace& m_workspace;
    Card* m_card;
    QLabel *m_estimatedName, *m_estimated, *m_measured, *m_energy;
    QPushButton* m_measure;
    QString m_why; ///< the last failure
    bool m_original = false;
};

} // namespace tritloom
