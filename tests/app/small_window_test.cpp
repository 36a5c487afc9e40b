#include "app/gui/layers/layer_model.h"
#include "app/gui/widgets/elided_label.h"
#include "app/session/samples.h"
#include "tests/app/window_fixture.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QStyleOptionComboBox>
#include <QTabBar>
#include <QTextDocument>
#include <QToolBar>
#include <QTreeView>

using namespace tritloom;

/// Where there is little room nothing is cut off or pushed out of the window.
class SmallWindowTest final : public QObject, WindowFixture {
    Q_OBJECT

    /// Each tab of the pages at the bottom is seen whole.
    bool tabsHaveRoom() const
    {
        for (QTabBar* const bar : m_window->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly))
            if (bar->isVisible() && bar->count() > 1)
                return bar->tabRect(bar->count() - 1).right() <= bar->width();
        return false;
    }

private slots:
    void initTestCase() { beginAs("small_window_test"); }
    void init() { openWindow(); }
    void cleanup() { m_window.reset(); }

    void theNarrowestWindowHoldsAll()
    {
        openSample();
        m_window->resize(MainWindow::leastSize);
        QTRY_VERIFY(!m_window->property("busy").toBool());
        for (const char* const name : {"dock.layers", "dock.preview"}) {
            const auto* const dock = find<QWidget>(name);
            const auto inside = [&] { return m_window->rect().contains(dock->geometry()); };
            QTRY_VERIFY2(inside(), name);
        }
        auto* const bar = find<QToolBar>("projectToolBar");
        for (const char* const name : {"open", "undo", "redo", "allocate", "allocator", "sweep", "export"}) {
            const QWidget* const button = bar->widgetForAction(action(name));
            QTRY_VERIFY2(button->isVisible() && bar->rect().contains(button->geometry()), name);
        }
        QTRY_VERIFY(tabsHaveRoom());
        m_window->resize(1280, 800); // where the drawing has them
        QTRY_VERIFY(find<QWidget>("dock.preview")->geometry().bottom() > 700 && tabsHaveRoom());
    }

    void marksOfRuntimesThatDoNotFitAreCounted()
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        m_window->open(QString::fromStdString(sampleModels()[1].path().string())); // which two of them run
        QVERIFY(opened.wait(60000));
        const auto* const badges = find<QLabel>("runtimeBadges");
        QTRY_COMPARE(badges->text().count(u'✓'), 2);
        m_window->resize(MainWindow::leastSize);
        QTRY_COMPARE(badges->text().count(u'✓'), 1);
        QVERIFY2(badges->text().contains("+1"), qPrintable(badges->text()));
        QTextDocument shown;
        shown.setDocumentMargin(0);
        shown.setDefaultFont(badges->font());
        shown.setHtml(badges->text());
        QVERIFY2(shown.idealWidth() <= badges->width(), qPrintable(badges->text()));
        QVERIFY2(badges->toolTip().count("<p>") == 2, qPrintable(badges->toolTip()));
        m_window->resize(1280, 800);
        QTRY_COMPARE(badges->text().count(u'✓'), 2);
    }

    void nothingIsCutOffInASmallWindow()
    {
        openSample(); // at 1280 x 800
        auto* const table = find<QTreeView>("layerTable");
        QHeaderView* const header = table->header();
        for (const int column :
             {LayerModel::Name, LayerModel::Bits, LayerModel::Size, LayerModel::Sensitivity}) {
            const int end = header->sectionViewportPosition(column) + header->sectionSize(column);
            QVERIFY2(end <= table->viewport()->width(), qPrintable(QString::number(column)));
            QVERIFY(
                header->fontMetrics().horizontalAdvance(
                    table->model()->headerData(column, Qt::Horizontal).toString())
                < header->sectionSize(column));
        }
        // Nor is any further one seen in part.
        for (int column = LayerModel::Format; column < LayerModel::ColumnCount; ++column) {
            const int from = header->sectionViewportPosition(column),
                      end = from + header->sectionSize(column);
            QVERIFY2(
                from >= table->viewport()->width() || end <= table->viewport()->width(),
                qPrintable(QString::number(column)));
        }
        auto* const method = find<QComboBox>("method");
        QStyleOptionComboBox option;
        option.initFrom(method);
        const QRect field = method->style()->subControlRect(
            QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, method);
        QVERIFY2(
            method->fontMetrics().horizontalAdvance(method->currentText()) <= field.width(),
            qPrintable(method->currentText()));
        QVERIFY(tabsHaveRoom());
        for (ElidedLabel* const label : find<QWidget>("loomPage")->findChildren<ElidedLabel*>())
            QVERIFY2(!label->shown().endsWith(u'…'), qPrintable(label->shown()));
    }
};

QTEST_MAIN(SmallWindowTest)
#include "small_window_test.moc"
