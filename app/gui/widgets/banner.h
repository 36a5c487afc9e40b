#pragma once

#include <QFrame>

class QLabel;
class QPushButton;

namespace tritloom {

/// One sentence above the page that stays until it is closed, one of what failed until something else is
/// done; it never takes the keyboard away.
class Banner final : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Information, Warning, Error };
    explicit Banner(QWidget* parent = nullptr);

    void show(const QString& sentence, Kind kind);
    void hideError(); ///< what failed is not what is done now; other sentences stay
    [[nodiscard]] QString sentence() const;

private:
    QLabel *m_icon, *m_text;
    Kind m_kind = Kind::Information;
};

} // namespace tritloom
