#pragma once

#include "app/session/workspace.h"

#include <QWidget>

namespace tritloom {

/// What a file that was exported was made from, and a button that opens it where it was found. Hidden where the
/// file says nothing. GUI thread only.
class OriginalRow final : public QWidget {
    Q_OBJECT

public:
    explicit OriginalRow(Workspace& workspace, QWidget* parent = nullptr);

signals:
    void openAsked(const QString& path);
};

} // namespace tritloom
