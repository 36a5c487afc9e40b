#pragma once

#include "app/session/workspace.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace tritloom {

/// Which pictures a network is measured on, and what it leaves open about them: sizes, noise, seeds. GUI
/// thread only.
class PicturesDialog final : public QDialog {
    Q_OBJECT

public:
    PicturesDialog(Workspace& workspace, QWidget* parent);

private:
    void addPlace(QFormLayout& form);
    void addNumbers(QFormLayout& form);
    void addGeneration(QFormLayout& form);
    void addRange(QFormLayout& form);
    void addFeatures(QFormLayout& form);
    void refresh();
    void take();
    [[nodiscard]] PictureOptions chosen() const;

    Workspace& m_workspace;
    PictureOptions m_before;
    std::vector<std::filesystem::path> m_files; ///< several pictures instead of a folder
    QLineEdit *m_images = nullptr, *m_labels = nullptr, *m_prompt = nullptr, *m_negative = nullptr,
              *m_features = nullptr;
    QSpinBox *m_limit = nullptr, *m_size = nullptr, *m_samples = nullptr, *m_seed = nullptr,
             *m_steps = nullptr, *m_side = nullptr;
    QDoubleSpinBox *m_noise = nullptr, *m_guidance = nullptr;
    QComboBox *m_task = nullptr, *m_range = nullptr, *m_sampler = nullptr;
    QPushButton* m_ok = nullptr;
};

} // namespace tritloom
