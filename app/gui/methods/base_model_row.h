#pragma once

#include "app/session/workspace.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace tritloom {

/// Which model the open one was tuned from, and the way to choose it: for methods that store the difference.
/// GUI thread only.
class BaseModelRow final : public QWidget {
    Q_OBJECT

public:
    explicit BaseModelRow(Workspace& workspace, QWidget* parent = nullptr);

private:
    void choose();
    void refresh(const QString& failure = {});

    Workspace& m_workspace;
    QLabel* m_name;
    QPushButton* m_choose;
};

} // namespace tritloom
