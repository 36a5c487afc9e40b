#pragma once

#include <QFrame>
#include <QLabel>
#include <QVBoxLayout>

namespace tritloom {

/// A panel with rounded corners and a quiet title.
class Card final : public QFrame {
    Q_OBJECT

public:
    explicit Card(const QString& title, QWidget* parent = nullptr);

    [[nodiscard]] QVBoxLayout* column() { return m_column; }
    [[nodiscard]] QLabel* title() { return m_title; }
    struct Row {
        QLabel *name, *figure;
    };
    /// "KL divergence      0.0312 ± 0.0009".
    Row addNamedRow(const QString& name, const QString& toolTip = {});
    /// The same, where what stands before the figure stays: gives the label of the figure.
    QLabel* addRow(const QString& name, const QString& toolTip = {})
    {
        return addNamedRow(name, toolTip).figure;
    }

private:
    QVBoxLayout* m_column;
    QLabel* m_title;
};

/// Quiet text that follows the theme.
[[nodiscard]] QLabel* makeMutedLabel(const QString& text, QWidget* parent);
/// The same where the figure beside it needs the room: gives way to it.
[[nodiscard]] QLabel* makeGivingLabel(QWidget* parent);
/// Gives the text this colour, unless it has it already.
void tint(QLabel* label, const QColor& color);
/// Figures in equal widths.
[[nodiscard]] QFont figureFont(const QFont& base, int pixelSize);

} // namespace tritloom
