#pragma once

#include <QHash>
#include <QLabel>

namespace tritloom {

/// Rich text beside what changes with every frame of a drag. A QLabel lays its text out again for each
/// question of a layout, several times a change; this one answers from the metrics of its font, with a fixed
/// size, or, where it wraps its words, with what it said of the same text before. GUI thread only.
class SteadyLabel : public QLabel {
    Q_OBJECT

public:
    explicit SteadyLabel(QWidget* parent = nullptr);

    /// The room it wants whatever its text is; an invalid size (the default): one line of it, all of it bold.
    void setRoom(const QSize& room);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Known {
        QString text;
        QSize size, minimum;
        QHash<int, int> heights; ///< by width
    };
    Known& known() const;

    QSize m_room;
    mutable Known m_known;
};

} // namespace tritloom
