#pragma once

#include "core/method/layer_method.h"

#include <QWidget>

#include <vector>

class QAbstractButton;
class QGridLayout;
class QPushButton;

namespace tritloom {

/// A form drawn from what a plugin declares: a row for each parameter with its title and unit, a field that
/// keeps its range, and a way back to the standard. The one form of the window for methods, transforms,
/// metrics, allocators and analyses. GUI thread only.
class ParameterForm final : public QWidget {
    Q_OBJECT

public:
    explicit ParameterForm(QWidget* parent = nullptr);

    /// Other rows. given: what differs from the standard; keys that are not declared are left out.
    void setSpecs(std::vector<ParameterSpec> specs, const Parameters& given);
    [[nodiscard]] const std::vector<ParameterSpec>& specs() const { return m_specs; }
    /// What differs from the standard, and nothing else: equal forms give equal choices.
    [[nodiscard]] Parameters values() const;
    void setValues(const Parameters& given); ///< the others go to their standard
    void reset() { setValues({}); }

signals:
    void changed(); ///< by hand or by reset(), not by setSpecs()

private:
    struct Row {
        QWidget* editor = nullptr; ///< QComboBox, QCheckBox, QSpinBox or NumberField, named "parameter.<key>"
        QAbstractButton* reset = nullptr;
        double standard = 0; ///< as the editor shows it
    };
    [[nodiscard]] Row makeRow(const ParameterSpec& spec, int at);
    void refresh();

    std::vector<ParameterSpec> m_specs;
    std::vector<Row> m_rows;
    QGridLayout* m_grid;
    QPushButton* m_reset;
    bool m_setting = false;
};

} // namespace tritloom
