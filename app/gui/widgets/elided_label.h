#pragma once

#include <QLabel>

namespace tritloom {

/// Plain text that gives way: where there is too little room it ends in an ellipsis, the whole is its tool
/// tip. GUI thread only.
class ElidedLabel final : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);

    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QString shown() const;
};

} // namespace tritloom
