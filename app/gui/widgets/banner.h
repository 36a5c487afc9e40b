#pragma once

#include <QFrame>

class QLabel;
class QPushButton;

namespace tritloom {

/// One sentence above the page that stays until it is closed; it never takes the keyboard away.
class Banner final : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Information, Warning, Error };
    explicit Banner(QWidget* parent = nullptr);

    void show(const QString& sentence, Kind kind);
    [[nodiscard]] QString sentence() const;

private:
    QLabel *m_icon, *m_text;
};

} // namespace tritloom
