#pragma once

#include <QWidget>

namespace tritloom {

/// Says over a whole window what becomes of what is dragged over it. Lets events through. GUI thread only.
class DropHint final : public QWidget {
    Q_OBJECT

public:
    explicit DropHint(QWidget* window);
    void say(const QString& text); ///< shows it, above everything
    [[nodiscard]] const QString& text() const { return m_text; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_text;
};

} // namespace tritloom
