#include "app/gui/page.h"
#include "app/gui/screenshot.h"
#include "app/gui/widgets/card.h"
#include "tests/screenshots/golden.h"

#include <QApplication>
#include <QPainter>
#include <QTest>

using namespace tritloom;

/// Every page that a language model has, before anything is measured, light and dark, against the picture
/// that was looked at and kept; golden_window_test has them full of numbers. TRITLOOM_UPDATE_GOLDEN=1 writes
/// new ones; a failure leaves what was drawn in the build folder.
class GoldenPictureTest : public QObject {
    Q_OBJECT

    PluginHost m_plugins;
    Words m_words;

private slots:
    void oneDigitIsSeenAndFewColoursAreNot()
    {
        applyTheme(Theme::Light);
        const auto drawn = [](const QString& text, QPoint at) {
            QImage picture(96, 64, QImage::Format_RGB32);
            picture.fill(QApplication::palette().color(QPalette::Window));
            QPainter painter(&picture);
            painter.setPen(themeColors(QApplication::palette()).mutedText);
            painter.setFont(figureFont(QApplication::font(), 11)); // the smallest there is
            painter.drawText(at, text);
            return picture;
        };
        for (int x = 4; x < 36; x += 3) // wherever the tiles cut it
            for (const char digit : QByteArray("012345679")) {
                const QImage before = drawn("0.08", {x, 30}),
                             after = drawn(QString("0.0%1").arg(digit), {x, 30});
                QVERIFY2(
                    !differentTiles(after, before).isEmpty(),
                    qPrintable(QString("%1 at %2").arg(digit).arg(x)));
                QVERIFY(differentTiles(inFewColours(before), before).isEmpty());
            }
    }
    void looksAsItDid_data()
    {
        QTest::addColumn<QString>("page");
        QTest::addColumn<bool>("dark");
        const auto workspace =
            Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, EngineOptions()).value();
        for (const Page& page : pages())
            if (page.applies == nullptr || page.applies(*workspace))
                for (const bool dark : {false, true})
                    QTest::addRow("%s, %s", page.id, dark ? "dark" : "light") << QString(page.id) << dark;
    }
    void looksAsItDid()
    {
        QFETCH(QString, page);
        QFETCH(bool, dark);
        applyTheme(dark ? Theme::Dark : Theme::Light);
        const auto workspace =
            Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, EngineOptions()).value();
        QWidget frame;
        const auto row = std::ranges::find(pages(), page, [](const Page& one) { return QString(one.id); });
        QWidget* const widget = row->make(*workspace, &frame);
        frame.resize(900, 460);
        widget->resize(frame.size());
        QImage image = settledPictureOf(frame, *workspace);
        paintOver(image, frame, ofThisMachine);
        const QString difference = differenceToGolden(image, page + (dark ? "-dark" : "-light"));
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
};

QTEST_MAIN(GoldenPictureTest)
#include "golden_picture_test.moc"
