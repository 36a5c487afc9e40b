#include "app/gui/screenshot.h"

#include "app/gui/page.h"
#include "tests/screenshots/golden.h"

#include <QApplication>
#include <QTest>

using namespace tritloom;

/// Every page that a language model has, light and dark, against the picture that was looked at and kept; the
/// page of networks on pictures says how long it took, so screenshot_test draws it without comparing.
/// TRITLOOM_UPDATE_GOLDEN=1 writes new ones; a failure leaves what was drawn in the build folder.
class GoldenPictureTest : public QObject {
    Q_OBJECT

    static constexpr const char* samplePath = TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf";
    PluginHost m_plugins;

private slots:
    void looksAsItDid_data()
    {
        QTest::addColumn<QString>("page");
        QTest::addColumn<bool>("dark");
        const auto model = loadModel(samplePath).value();
        for (const Page& page : pages())
            if (page.applies == nullptr || page.applies(*model))
                for (const bool dark : {false, true})
                    QTest::addRow("%s, %s", page.id, dark ? "dark" : "light") << QString(page.id) << dark;
    }
    void looksAsItDid()
    {
        QFETCH(QString, page);
        QFETCH(bool, dark);
        auto model = loadModel(samplePath).value();
        const std::shared_ptr<Workspace> workspace =
            Workspace::create(std::move(model), m_plugins, {}).value();
        const auto image =
            grabPage(workspace, page, dark ? Theme::Dark : Theme::Light, {900, 460}, "sample.gguf");
        QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
        const QString difference = differenceToGolden(*image, page + (dark ? "-dark" : "-light"));
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
};

QTEST_MAIN(GoldenPictureTest)
#include "golden_picture_test.moc"
