#pragma once

#include "app/gui/main_window.h"

#include <QAction>
#include <QDir>
#include <QDropEvent>
#include <QMimeData>
#include <QSettings>
#include <QStandardPaths>
#include <QtTest>

#include <memory>
#include <string>

namespace tritloom {

/// The real window, for tests to derive from.
class WindowFixture {
protected:
    PluginHost m_plugins;
    std::unique_ptr<MainWindow> m_window;

    /// Settings and projects of a test's own, none at first.
    static void beginAs(const char* test)
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName(test);
        QDir(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)).removeRecursively();
    }
    void openWindow(const QSize& size = {1280, 800})
    {
        QSettings().clear();
        m_window = std::make_unique<MainWindow>(m_plugins, Settings());
        m_window->resize(size);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    template <typename T>
    static T* find(QWidget& widget, const char* name)
    {
        T* const found = widget.findChild<T*>(QLatin1String(name));
        if (found == nullptr)
            qFatal("no %s", name);
        return found;
    }
    template <typename T>
    T* find(const char* name)
    {
        return find<T>(*m_window, name);
    }
    QAction* action(const char* name) { return find<QAction>((std::string("action.") + name).c_str()); }
    Workspace& workspace() { return *m_window->workspace(); }
    void drop(const QStringList& paths)
    {
        QMimeData data;
        QList<QUrl> urls;
        for (const QString& path : paths)
            urls << QUrl::fromLocalFile(path);
        data.setUrls(urls);
        QDragEnterEvent enter(QPoint(50, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent dropped(QPointF(50, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &dropped);
    }
    void openSample()
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        action("openSample.language")->trigger();
        QVERIFY(opened.wait(60000));
        QVERIFY(m_window->workspace() != nullptr);
    }
};

} // namespace tritloom
