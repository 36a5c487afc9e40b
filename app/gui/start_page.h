#pragma once

#include <QWidget>

class QPushButton;
class QVBoxLayout;

namespace tritloom {

/// What the window shows while nothing is open. GUI thread only.
class StartPage final : public QWidget {
    Q_OBJECT

public:
    explicit StartPage(QWidget* parent);
    void refresh(); ///< the recent files again

signals:
    void openAsked();
    void sampleAsked();
    void fileAsked(const QString& path);

private:
    /// A row of a list of files, which opens one.
    QPushButton* addFile(QVBoxLayout& list, const char* name, const QString& title, const QString& path);

    QVBoxLayout* m_recent;
};

} // namespace tritloom
