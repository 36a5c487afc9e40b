// What a file was made from is said where it is looked at, and one click leads there.
#include "app/gui/widgets/elided_label.h"
#include "core/sensitivity/candidate.h"
#include "tests/app/window_fixture.h"
#include "tests/support/numbers.h"

#include <QPushButton>
#include <QTemporaryDir>

using namespace tritloom;

class OriginalWindowTest final : public QObject, WindowFixture {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    void openPath(const std::filesystem::path& path)
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        m_window->open(QString::fromStdString(path.string()));
        QVERIFY(opened.wait(60000));
    }

private slots:
    void initTestCase() { beginAs("original_window_test"); }
    void init() { openWindow(); }
    void cleanup() { m_window.reset(); }

    void theOriginalOfAFileIsOneClickAway()
    {
        openSample();
        QVERIFY(!find<QWidget>("originalRow")->isVisible()); // made from nothing else
        const std::filesystem::path small = m_folder.filePath("small.gguf").toStdString();
        QSignalSpy finished(&workspace().exporter(), &ExportController::finished);
        workspace().exporter().start(uniform(workspace().model(), {"q4_k", "rtn", {}}), small);
        QVERIFY(finished.wait(60000));

        openPath(small); // the sample lies elsewhere, but was opened before
        QVERIFY(find<QWidget>("originalRow")->isVisible());
        const QString text = find<ElidedLabel>("originalText")->text();
        QVERIFY2(text.contains("sample.gguf") && text.contains("16.01 bits"), qPrintable(text));
        auto* const open = find<QPushButton>("openOriginal");
        QVERIFY(open->isVisible());
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        QTest::mouseClick(open, Qt::LeftButton);
        QVERIFY(opened.wait(60000));
        QVERIFY2(m_window->windowTitle().startsWith("sample.gguf"), qPrintable(m_window->windowTitle()));
        QVERIFY(!find<QWidget>("originalRow")->isVisible());
    }

    void anOriginalThatIsNowhereIsNamedOnly()
    {
        // Recent files are forgotten with the settings.
        openPath(m_folder.filePath("small.gguf").toStdString());
        QVERIFY(find<ElidedLabel>("originalText")->text().contains("sample.gguf"));
        QVERIFY(!find<QPushButton>("openOriginal")->isVisible());
    }

    void anOtherFileOfTheSameNameIsNotTheOriginal()
    {
        QVERIFY(QFile::copy(m_folder.filePath("small.gguf"), m_folder.filePath("sample.gguf")));
        openPath(m_folder.filePath("small.gguf").toStdString());
        QVERIFY(!find<QPushButton>("openOriginal")->isVisible());
    }
};

QTEST_MAIN(OriginalWindowTest)
#include "original_window_test.moc"
