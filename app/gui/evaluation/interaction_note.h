#pragma once

#include "app/session/workspace.h"

#include <QLabel>

#include <optional>

namespace tritloom {

/// What was predicted of the allocation as it is before it was measured: a measurement that contradicts it
/// corrects the table, and would else stand twice.
[[nodiscard]] std::optional<double> predictedAtFirst(const Workspace& workspace);
/// The same, which never looks like a measured one: "≈ 0.0271", "≈ 0.0271, corrected" by what was measured of
/// others, "–" where nothing is predicted.
[[nodiscard]] QString predictedText(Workspace& workspace);
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
