#pragma once

#include <QDoubleSpinBox>

namespace tritloom {

/// A field for numbers of any size: shows as many places as the number has ("0.03", "1e-06"), and steps by
/// its leading digit.
class NumberField final : public QDoubleSpinBox {
    Q_OBJECT

public:
    explicit NumberField(QWidget* parent = nullptr);

    [[nodiscard]] QString textFromValue(double value) const override;
    [[nodiscard]] double valueFromText(const QString& text) const override;
    QValidator::State validate(QString& text, int& position) const override;

private:
    [[nodiscard]] QString bare(const QString& text) const; ///< without prefix and suffix
};

} // namespace tritloom
