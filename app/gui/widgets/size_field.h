#pragma once

#include <QDoubleSpinBox>

namespace tritloom {

/// A field for an amount of bytes, its value, in whatever unit reads well: "12.3 kB", "8 GB". What is typed
/// may name its unit ("300 MB", "1GiB"); a bare number is in the unit that was shown.
class SizeField final : public QDoubleSpinBox {
    Q_OBJECT

public:
    explicit SizeField(QWidget* parent = nullptr);

    void stepBy(int steps) override;
    [[nodiscard]] QString textFromValue(double bytes) const override;
    [[nodiscard]] double valueFromText(const QString& text) const override;
    QValidator::State validate(QString& text, int& position) const override;

private:
    [[nodiscard]] double parsed(const QString& text) const; ///< bytes; NaN where it is no amount
};

} // namespace tritloom
