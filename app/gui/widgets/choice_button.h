#pragma once

#include <QPushButton>

namespace tritloom {

/// Pressed while what can be chosen on a page is shown. On a narrow page results take its place, and this
/// button brings it back. GUI thread only.
class ChoiceButton final : public QPushButton {
    Q_OBJECT

public:
    ChoiceButton(const QString& tooltip, QWidget* page);

    /// What is shown and hidden.
    void setChoices(QWidget& choices);
    /// Releases the button where the page has no room for choices and results side by side.
    void giveWay();
    [[nodiscard]] static bool hasRoomForBoth(const QWidget& page);
};

} // namespace tritloom
