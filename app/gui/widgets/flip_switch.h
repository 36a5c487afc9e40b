#pragma once

#include <QWidget>

class QPushButton;

namespace tritloom {

/// Two buttons of which one is down: the original or what became of it.
class FlipSwitch final : public QWidget {
    Q_OBJECT

public:
    explicit FlipSwitch(QWidget* parent = nullptr);

    void setOriginal(bool original); ///< without a signal

signals:
    void chosen(bool original); ///< by a person

private:
    QPushButton *m_original, *m_compressed;
};

} // namespace tritloom
