#pragma once

#include <QLabel>

namespace tritloom {

/// Plain text that gives way: where there is too little room a shorter wording takes its place, or it ends in
/// an ellipsis; the whole is its tool tip. GUI thread only.
class ElidedLabel final : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);

    /// What to say in less room, longest first; "" says nothing rather than half of it.
    void setShorter(const QStringList& wordings) { m_shorter = wordings; }
    [[nodiscard]] QString shown() const;

    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QStringList m_shorter;
};

} // namespace tritloom
