#include "app/gui/widgets/card.h"

#include "app/gui/widgets/elided_label.h"

#include <QHBoxLayout>

namespace tritloom {

Card::Card(const QString& title, QWidget* parent)
    : QFrame(parent)
    , m_column(new QVBoxLayout(this))
    , m_title(new ElidedLabel(title, this)) // a long one does not say how wide the card is
{
    m_title->setForegroundRole(QPalette::PlaceholderText);
    setProperty("card", true);
    m_column->setContentsMargins(12, 10, 12, 11);
    m_column->setSpacing(5);
    m_column->addWidget(m_title);
    m_title->setVisible(!title.isEmpty());
}

Card::Row Card::addNamedRow(const QString& name, const QString& toolTip)
{
    auto* const row = new QHBoxLayout;
    auto* const label = new ElidedLabel(name, this); // before the figure is cut
    label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    auto* const figure = new QLabel(this);
    figure->setFont(figureFont(font(), 12));
    figure->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    figure->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setToolTip(toolTip);
    figure->setToolTip(toolTip);
    row->addWidget(label);
    row->addWidget(figure, 1);
    m_column->addLayout(row);
    return {label, figure};
}

QLabel* makeMutedLabel(const QString& text, QWidget* parent)
{
    auto* const label = new QLabel(text, parent);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

QLabel* makeGivingLabel(QWidget* parent)
{
    auto* const label = new ElidedLabel({}, parent);
    label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

void tint(QLabel* label, const QColor& color)
{
    QPalette palette = label->palette();
    if (palette.color(QPalette::WindowText) == color)
        return; // a palette set anew is polished anew, every frame of a drag
    palette.setColor(QPalette::WindowText, color);
    label->setPalette(palette);
}

QFont figureFont(const QFont& base, int pixelSize)
{
    QFont font(base);
    font.setFamilies({QStringLiteral("JetBrains Mono")});
    font.setStyleHint(QFont::Monospace);
    font.setPixelSize(pixelSize);
    return font;
}

} // namespace tritloom
