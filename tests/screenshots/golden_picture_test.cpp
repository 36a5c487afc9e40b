#include "app/gui/screenshot.h"

#include "app/gui/page.h"

#include <QApplication>
#include <QDir>
#include <QImage>
#include <QTest>

using namespace tritloom;

/// Every page of the real window, light and dark, against the picture that was looked at and kept.
/// TRITLOOM_UPDATE_GOLDEN=1 writes new ones; a failure leaves what was drawn in the build folder.
class GoldenPictureTest : public QObject {
    Q_OBJECT

    PluginHost m_plugins;

private slots:
    void looksAsItDid_data()
    {
        QTest::addColumn<QString>("page");
        QTest::addColumn<bool>("dark");
        for (const Page& page : pages())
            for (const bool dark : {false, true})
                QTest::addRow("%s, %s", page.id, dark ? "dark" : "light") << QString(page.id) << dark;
    }
    void looksAsItDid()
    {
        QFETCH(QString, page);
        QFETCH(bool, dark);
        auto model = loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf").value();
        const std::shared_ptr<Workspace> workspace = Workspace::create(std::move(model), m_plugins, {}).value();
        const auto image
            = grabPage(workspace, page, dark ? Theme::Dark : Theme::Light, {900, 460}, "sample.gguf");
        QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
        const QImage actual = image->convertToFormat(QImage::Format_RGB32);
        const QString name = page + (dark ? "-dark.png" : "-light.png");
        const QString golden = QString(TRITLOOM_SOURCE_DIR "/tests/screenshots/golden/") + name;
        if (qEnvironmentVariableIsSet("TRITLOOM_UPDATE_GOLDEN")) {
            QVERIFY(actual.save(golden));
            return;
        }
        const QImage expected = QImage(golden).convertToFormat(QImage::Format_RGB32);
        QVERIFY2(!expected.isNull(), qPrintable(golden + " is missing"));
        QCOMPARE(actual.size(), expected.size());
        int different = 0;
        for (int y = 0; y < actual.height(); ++y)
            for (int x = 0; x < actual.width(); ++x) {
                const QColor a = actual.pixelColor(x, y), b = expected.pixelColor(x, y);
                const int distance = std::max(
                    {std::abs(a.red() - b.red()), std::abs(a.green() - b.green()), std::abs(a.blue() - b.blue())});
                different += distance > 40 ? 1 : 0;
            }
        const double share = double(different) / double(actual.width() * actual.height());
        if (share > 0.02) {
            QDir().mkpath(TRITLOOM_BINARY_DIR "/screenshots");
            actual.save(QString(TRITLOOM_BINARY_DIR "/screenshots/") + name);
        }
        // Another processor draws text and numbers a little differently; a lost widget is far above this.
        QVERIFY2(share <= 0.02, qPrintable(QString("%1 % of the pixels differ").arg(100 * share, 0, 'f', 2)));
    }
};

QTEST_MAIN(GoldenPictureTest)
#include "golden_picture_test.moc"
