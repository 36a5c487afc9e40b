#pragma once

#include "app/session/workspace.h"

#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTextBrowser;

namespace tritloom {

/// The same prompt and seed through the original and the compressed model, side by side. GUI thread only.
class TextPage final : public QWidget {
    Q_OBJECT

public:
    explicit TextPage(Workspace& workspace, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override; ///< the first look starts by itself

private:
    void run();
    void show(const TextComparison& comparison);
    void blameFirstDifference();
    [[nodiscard]] QString html(const TextComparison& comparison, const std::vector<GeneratedToken>& tokens) const;

    Workspace& m_workspace;
    QLineEdit* m_prompt;
    QSpinBox *m_tokens, *m_seed;
    QDoubleSpinBox* m_temperature;
    QPushButton* m_run;
    QTextBrowser *m_original, *m_compressed;
    QLabel* m_difference;
    QPushButton* m_blame;
    TextComparison m_shown;
    Allocation m_allocation; ///< that m_shown was made with
    bool m_hasRun = false;
};

[[nodiscard]] QWidget* makeTextPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
