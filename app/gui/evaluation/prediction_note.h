#pragma once

#include "app/session/prediction.h"
#include "app/session/workspace.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QPushButton;

namespace tritloom {

/// "no prediction: 12 layers are by imatrix, sensitivity is of gptq", and whatever else is true; empty where
/// there is a prediction.
[[nodiscard]] QString whyNoPrediction(Workspace& workspace, const PredictionGap& gap);

/// Title of a method in the language of the window; its id where no plugin has it.
[[nodiscard]] QString methodTitle(const PluginHost& plugins, const std::string& id);

/// Why nothing is predicted of the allocation as it is, with the buttons that change that; or that a
/// measurement has corrected what is predicted. Hidden where there is nothing to say. GUI thread only.
class PredictionNote final : public QWidget {
    Q_OBJECT

public:
    PredictionNote(Workspace& workspace, QWidget* parent);

    /// original: the uncompressed model is shown, of which nothing is predicted.
    void setOriginalShown(bool original);

private:
    void refresh();
    void remake(); ///< layers of another method, by the one that is chosen
    void goBack(); ///< to the method that they are made by

    Workspace& m_workspace;
    QLabel* m_text;
    QPushButton *m_measure, *m_remake, *m_back;
    QTimer m_soon; ///< a pull and a sweep deliver faster than anyone can read
    bool m_original = false;
};

} // namespace tritloom
