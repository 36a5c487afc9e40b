#include "app/gui/number_text.h"
#include "app/gui/page.h"
#include "tests/app/window_fixture.h"

#include <QAbstractSpinBox>
#include <QAccessible>
#include <QChart>
#include <QChartView>
#include <QLabel>
#include <QPushButton>
#include <QScatterSeries>
#include <QTextBlock>
#include <QTextBrowser>
#include <QtTest>

using namespace tritloom;

/// What the pages of the bottom promise to a click, to eyes and to a screen reader.
class PageMannersTest final : public QObject, WindowFixture {
    Q_OBJECT

    void measure(const Allocation& allocation)
    {
        workspace().document().replace(Allocation(allocation), "one");
        const auto& evaluation = workspace().evaluation();
        QTRY_VERIFY_WITH_TIMEOUT(
            !evaluation.isRunning() && evaluation.latest() && evaluation.latest()->allocation == allocation
                && evaluation.latest()->kl.value > 0,
            60000);
    }
    /// The texts with a background of their own.
    static QStringList marked(const QTextBrowser& browser)
    {
        QStringList found;
        for (QTextBlock block = browser.document()->begin(); block.isValid(); block = block.next())
            for (auto at = block.begin(); !at.atEnd(); ++at)
                if (at.fragment().charFormat().background().style() != Qt::NoBrush)
                    found << at.fragment().text();
        return found;
    }

private slots:
    void initTestCase() { beginAs("page_manners_test"); }
    void init()
    {
        openWindow();
        openSample();
    }
    void cleanup() { m_window.reset(); }

    void aClickOnThePlotTakesTheAllocation()
    {
        action("page.frontier")->trigger();
        const Allocation first = uniform(workspace().model(), {"q4_k", "rtn", {}});
        const Allocation second = uniform(workspace().model(), {"q2_k", "rtn", {}});
        measure(first);
        measure(second);
        auto* const view = find<QChartView>("frontierChart");
        QScatterSeries* measured = nullptr;
        for (QAbstractSeries* const series : view->chart()->series())
            if (series->name() == "measured")
                measured = qobject_cast<QScatterSeries*>(series);
        QVERIFY(measured != nullptr);
        QTRY_COMPARE(measured->points().size(), 2);
        QTest::qWait(100); // the axes follow
        const auto points = measured->points();
        const QPointF larger = points[0].x() > points[1].x() ? points[0] : points[1];
        const QPoint at =
            view->mapFromScene(view->chart()->mapToScene(view->chart()->mapToPosition(larger, measured)));
        QVERIFY(view->viewport()->rect().contains(at));
        const QPoint beside = at + QPoint(9, 9),
                     far = view->mapFromScene(
                         view->chart()->mapToScene(view->chart()->plotArea().topRight() + QPointF(-3, 3)));
        QTest::mouseClick(view->viewport(), Qt::LeftButton, Qt::NoModifier, far);
        QCOMPARE(workspace().document().allocation(), second); // no point is there
        for (const QPoint& place : {beside, at}) {
            QTest::mouseClick(view->viewport(), Qt::LeftButton, Qt::NoModifier, place);
            QCOMPARE(workspace().document().allocation(), first);
            workspace().document().undoStack().undo(); // one step
        }
        QCOMPARE(workspace().document().allocation(), second);
    }

    void theFirstDifferentTokenIsMarkedWithItsCandidates()
    {
        action("page.text")->trigger();
        measure(uniform(workspace().model(), {"q2_k", "rtn", {}}));
        TextComparison last;
        connect(&workspace().text(), &TextController::updated, this, [&](const TextComparison& comparison) {
            last = comparison;
        });
        find<QPushButton>("generate")->click();
        QTRY_VERIFY_WITH_TIMEOUT(last.complete, 60000);
        disconnect(&workspace().text(), nullptr, this, nullptr);
        QVERIFY(last.firstDifference.has_value());
        const std::size_t at = *last.firstDifference;
        const Tokenizer& tokenizer = *workspace().model().tokenizer;
        QString difference;
        for (const QLabel* const label : find<QWidget>("textPage")->findChildren<QLabel*>())
            if (label->text().startsWith("First difference"))
                difference = label->text();
        const QStringList sides = difference.split("<b>Compressed:</b>");
        QCOMPARE(sides.size(), 2);
        for (const bool original : {true, false}) {
            const auto& tokens = original ? last.original : last.compressed;
            QVERIFY(at < tokens.size());
            const QStringList marks =
                marked(*find<QTextBrowser>(original ? "originalText" : "compressedText"));
            QCOMPARE(marks.size(), 1);
            QCOMPARE(
                marks[0].trimmed(),
                QString::fromStdString(tokenizer.decode(std::span(&tokens[at].token, 1), false)).trimmed());
            QCOMPARE(tokens[at].candidates.size(), std::size_t(5));
            for (const auto& candidate : tokens[at].candidates) {
                const QString name =
                    QLocale().quoteString(QString::fromStdString(tokenizer.display(candidate.token)));
                QVERIFY2(
                    sides[original ? 0 : 1].contains(
                        QString(name.toHtmlEscaped() + ' ' + formatShare(candidate.probability))
                            .replace(' ', QChar::Nbsp)),
                    qPrintable(name + " in " + difference));
            }
        }
    }

    void whateverTakesFocusHasAName()
    {
        QStringList nameless;
        for (const Page& page : pages()) {
            QAction* const raise = action((std::string("page.") + page.id).c_str());
            if (!raise->isVisible())
                continue;
            raise->trigger();
            QTest::qWait(20);
            for (QWidget* const widget : m_window->findChildren<QWidget*>()) {
                if (!widget->isVisible() || (widget->focusPolicy() & Qt::TabFocus) == 0)
                    continue;
                const QWidget* const parent = widget->parentWidget();
                if (qobject_cast<const QAbstractSpinBox*>(parent) != nullptr)
                    continue; // the field of a spin box, which speaks for it
                QAccessibleInterface* const told = QAccessible::queryAccessibleInterface(widget);
                if (told == nullptr || told->text(QAccessible::Name).isEmpty())
                    nameless << QString("%1: %2 %3 in %4")
                                    .arg(
                                        page.id, widget->metaObject()->className(), widget->objectName(),
                                        parent->objectName());
            }
        }
        nameless.removeDuplicates();
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join("\n")));
    }
};

QTEST_MAIN(PageMannersTest)
#include "page_manners_test.moc"
