#include "app/gui/widgets/choice_button.h"

namespace tritloom {

ChoiceButton::ChoiceButton(const QString& tooltip, QWidget* page)
    : QPushButton(tr("Choice"), page)
{
    setCheckable(true);
    setChecked(true);
    setToolTip(tooltip);
}

void ChoiceButton::setChoices(QWidget& choices)
{
    connect(this, &QPushButton::toggled, &choices, &QWidget::setVisible);
}

void ChoiceButton::giveWay()
{
    if (!hasRoomForBoth(*parentWidget()))
        setChecked(false);
}

bool ChoiceButton::hasRoomForBoth(const QWidget& page)
{
    constexpr int roomForBoth = 800; // pixels
    return page.width() >= roomForBoth;
}

} // namespace tritloom
