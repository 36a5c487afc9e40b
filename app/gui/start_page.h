#pragma once

#include <QWidget>

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
    void recentAsked(const QString& path);

private:
    QVBoxLayout* m_recent;
};

} // namespace tritloom
