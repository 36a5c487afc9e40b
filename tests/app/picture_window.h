#pragma once

#include "core/sensitivity/candidate.h"
#include "tests/app/window_fixture.h"

#include <QSettings>
#include <QtTest>

namespace tritloom {

/// The real window with a network on pictures, for tests to derive from.
class PictureWindow : protected WindowFixture {
protected:
    void open(const QString& path, const QString& pictures = {}, std::size_t limit = 0)
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        std::optional<PictureSource> source;
        if (!pictures.isEmpty()) {
            source.emplace();
            source->images = pictures.toStdString();
            source->limit = limit;
        }
        m_window->open(path, source);
        QVERIFY(opened.wait(60000));
        // What a person sees first is the page that is there for pictures alone.
        QTRY_VERIFY(find<QWidget>("picturesPage")->isVisible());
    }
    void waitForAll()
    {
        QTRY_VERIFY_WITH_TIMEOUT(!workspace().pictures().isLoading(), 60000);
        QTRY_VERIFY_WITH_TIMEOUT(!workspace().evaluation().isRunning(), 60000);
        QTRY_VERIFY_WITH_TIMEOUT(!workspace().picturePreview().isRunning(), 60000);
    }
    void compress(const char* format)
    {
        workspace().document().replace(uniform(workspace().model(), {format, "rtn", {}}), format);
        waitForAll();
    }
};

} // namespace tritloom
