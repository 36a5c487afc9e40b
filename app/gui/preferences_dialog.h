#pragma once

#include "app/gui/settings.h"

#include <QDialog>

class QComboBox;
class QSpinBox;

namespace tritloom {

/// Device, threads, theme, language. GUI thread only.
class PreferencesDialog final : public QDialog {
    Q_OBJECT

public:
    PreferencesDialog(const Settings& settings, QWidget* parent);

signals:
    void settingsChosen(const tritloom::Settings& settings);

private:
    [[nodiscard]] Settings chosen() const;

    QComboBox *m_device, *m_theme, *m_language;
    QSpinBox* m_threads;
};

} // namespace tritloom
