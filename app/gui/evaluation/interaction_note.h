#pragma once

#include "app/session/workspace.h"

#include <QLabel>

#include <optional>

namespace tritloom {

/// A predicted divergence, which never looks like a measured one: "≈ 0.0271"; "–" where nothing is predicted.
[[nodiscard]] QString predictedText(std::optional<double> divergence);
[[nodiscard]] QString predictionToolTip();

/// Names the layers that interact, where a measurement contradicted the prediction; hidden otherwise. GUI
/// thread only.
class InteractionNote final : public QLabel {
    Q_OBJECT

public:
    InteractionNote(Workspace& workspace, QWidget* parent);

    /// original: the uncompressed model is shown, of which nothing is predicted.
    void refresh(bool original);

private:
    Workspace& m_workspace;
    bool m_original = false;
};

} // namespace tritloom
