#include "app/gui/evaluation/preview_page.h"

#include "app/gui/number_text.h"
#include "app/gui/widgets/elided_label.h"
#include "app/session/samples.h"
#include "tests/app/window_fixture.h"

#include <QLabel>
#include <QListWidget>
#include <QScrollArea>
#include <QtTest>

using namespace tritloom;

/// The cards of figures at the right of the window, and the history below them.
class PreviewPageTest final : public QObject, WindowFixture {
    Q_OBJECT

    std::shared_ptr<Workspace> m_open;

    void measure(const std::string& format)
    {
        m_open->document().replace(
            uniform(m_open->model(), {format, "rtn", {}}), QString::fromStdString(format));
        m_open->evaluation().request(m_open->document().allocation());
        QTRY_VERIFY_WITH_TIMEOUT(!m_open->evaluation().isRunning(), 60000);
    }
    [[nodiscard]] Evaluation large() const
    {
        Evaluation wide{.allocation = m_open->document().allocation()};
        wide.chunksDone = wide.chunksTotal = 8;
        wide.tokens = 4096;
        wide.perplexity = {9876543.2, 1234567.8};
        wide.referencePerplexity = {1234567.8, 123456.7};
        wide.kl = {123.456, 12.345};
        wide.topTokenAgreement = {0.00012, 0.00001};
        return wide;
    }

private slots:
    void initTestCase() { beginAs("preview_page_test"); }
    void init()
    {
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 2};
        m_open = Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, options).value();
    }
    void cleanup() { m_open.reset(); }

    void theHistoryKnowsTheOriginalOnceAnythingIsMeasured()
    {
        PreviewPage page(*m_open, nullptr);
        const auto* const history = find<QListWidget>(page, "history");
        QCOMPARE(history->count(), 1);
        QVERIFY(history->item(0)->text().startsWith("not measured"));
        measure("q2_k");
        QCOMPARE(history->count(), 2);
        const Evaluation& first = m_open->evaluation().measuredPoints().back();
        QVERIFY(first.allocation != m_open->model().original());
        // Each row has its value, and in brackets how far that is from the row below.
        QString row = history->item(1)->text();
        QVERIFY2(
            row.startsWith(formatPerplexity(first.referencePerplexity.value) + "   Opened"), qPrintable(row));
        row = history->item(0)->text();
        const double change = first.perplexity.value - first.referencePerplexity.value;
        QVERIFY(change > 0);
        QVERIFY2(
            row.startsWith(
                QString("%1 (+%2)").arg(formatPerplexity(first.perplexity.value), formatSmall(change))),
            qPrintable(row));
        // A page that is made later says the same, of steps that were undone too.
        m_open->document().undoStack().undo();
        PreviewPage later(*m_open, nullptr);
        const auto* const same = find<QListWidget>(later, "history");
        for (int at = 0; at < 2; ++at)
            QCOMPARE(same->item(at)->text(), history->item(at)->text());
        QVERIFY(!same->item(0)->text().contains("not measured"));
    }

    void wideFiguresAreNotCut()
    {
        measure("q2_k");
        PreviewPage page(*m_open, nullptr);
        page.resize(page.minimumWidth(), 900);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        emit m_open->evaluation().measured(large());
        QTRY_VERIFY(find<QLabel>(page, "perplexity")->text().contains("876"));
        QApplication::processEvents();
        if (qEnvironmentVariableIsSet("TRITLOOM_PICTURE"))
            QVERIFY(page.grab().save(qEnvironmentVariable("TRITLOOM_PICTURE")));
        const auto* const scroll = page.findChild<QScrollArea*>();
        const QWidget* const inner = scroll->widget();
        QVERIFY2(
            inner->width() <= scroll->viewport()->width(),
            qPrintable(QString("%1 in %2").arg(inner->width()).arg(scroll->viewport()->width())));
        // What is a figure is there whole; names before it give way.
        for (const QLabel* const label : inner->findChildren<QLabel*>())
            if (label->isVisible() && !label->wordWrap()
                && qobject_cast<const ElidedLabel*>(label) == nullptr)
                QVERIFY2(label->width() >= label->minimumSizeHint().width(), qPrintable(label->text()));
    }

    void aPerplexityHasTheDigitsThatAreOfUse()
    {
        QCOMPARE(formatPerplexity(12.3456), "12.346");
        QCOMPARE(formatPerplexity(1234.56), "1,234.6");
        QCOMPARE(formatPerplexity(1.23e9), "1.2e+09");
    }
};

QTEST_MAIN(PreviewPageTest)
#include "preview_page_test.moc"
