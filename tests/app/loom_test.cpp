#include "app/gui/allocation/loom_page.h"
#include "tests/app/synthetic_model.h"

#include <QAccessible>
#include <QElapsedTimer>
#include <QtTest>

using namespace tritloom;

/// The loom over a model of zeros: what is tested is the hand, not the measure.
class LoomTest final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<LoomPage> m_page;
    PluginHost m_plugins;

    AllocationDocument& document() { return m_workspace->document(); }
    BitLoom& loom() { return m_page->loom(); }
    double bits(int layer) { return loom().bars()[std::size_t(layer)].bits; }
    int steps() { return document().undoStack().count(); }

    void open(std::size_t layers)
    {
        m_page.reset();
        EngineOptions options;
        auto workspace = Workspace::create(syntheticModel(layers), m_plugins, options);
        QVERIFY2(workspace.has_value(), workspace ? "" : workspace.error().message.c_str());
        m_workspace = std::move(*workspace);
        m_page = std::make_unique<LoomPage>(*m_workspace, nullptr);
        m_page->resize(1000, 500);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
    }
    QPoint grip(int layer)
    {
        const QRect column = loom().barRect(layer);
        return {column.center().x(), loom().yOf(bits(layer)) + 12};
    }
    void press(int layer) { QTest::mousePress(loom().viewport(), Qt::LeftButton, {}, grip(layer)); }
    void pullTo(int layer, double target, Qt::KeyboardModifiers modifiers = {})
    {
        const int x = loom().barRect(layer).center().x();
        const int from = loom().yOf(16) + 12, to = loom().yOf(target) + 12;
        for (int i = 1; i <= 4; ++i) { // as a hand does: not in one jump
            QMouseEvent move(
                QEvent::MouseMove, QPointF(x, from + (to - from) * i / 4),
                loom().viewport()->mapToGlobal(QPointF(x, to)), Qt::NoButton, Qt::LeftButton, modifiers);
            QApplication::sendEvent(loom().viewport(), &move);
        }
    }
    void release() { QTest::mouseRelease(loom().viewport(), Qt::LeftButton, {}, QPoint(5, 5)); }

private slots:
    void init() { open(28); }
    void cleanup()
    {
        m_page.reset();
        m_workspace.reset();
    }

    void aDragIsOneUndoStep()
    {
        QCOMPARE(bits(3), 16.0);
        press(3);
        pullTo(3, 4.5);
        QCOMPARE(bits(3), 4.5);
        QCOMPARE(steps(), 0); // not before it is let go
        release();
        QCOMPARE(steps(), 1);
        QCOMPARE(document().allocation()[LayerId(3)].format, std::string("q4_k"));
        document().undoStack().undo();
        QCOMPARE(bits(3), 16.0);
        document().undoStack().redo();
        QCOMPARE(bits(3), 4.5);
    }

    void aDragBackIsNoStep()
    {
        press(3);
        pullTo(3, 3);
        pullTo(3, 16);
        release();
        QCOMPARE(steps(), 0);
        QCOMPARE(bits(3), 16.0);
    }

    void aClickSelectsAndMovesNothing()
    {
        QTest::mouseClick(loom().viewport(), Qt::LeftButton, {}, grip(5));
        QCOMPARE(m_workspace->selection().current(), LayerId(5));
        QCOMPARE(steps(), 0);
        QTest::mouseClick(loom().viewport(), Qt::LeftButton, Qt::ShiftModifier, grip(8));
        QCOMPARE(m_workspace->selection().layers().size(), std::size_t(4));
    }

    void escapeRestoresADrag()
    {
        press(3);
        pullTo(3, 2);
        QVERIFY(bits(3) < 3);
        QTest::keyClick(&loom(), Qt::Key_Escape);
        QCOMPARE(bits(3), 16.0);
        QVERIFY(!document().inGesture());
        release();
        QCOMPARE(steps(), 0);
        QCOMPARE(bits(3), 16.0);
    }

    void fusedPartnersMoveTogether()
    {
        press(0); // attn_q runs as one product with attn_k and attn_v
        pullTo(0, 4.5);
        release();
        QCOMPARE(bits(1), 4.5);
        QCOMPARE(bits(2), 4.5);
        QCOMPARE(bits(3), 16.0);
        QCOMPARE(steps(), 1);
    }

    void altMovesOneAlone()
    {
        press(0);
        pullTo(0, 4.5, Qt::AltModifier);
        release();
        QCOMPARE(bits(0), 4.5);
        QCOMPARE(bits(1), 16.0);
    }

    void altPressedLateLetsPartnersBack()
    {
        press(0);
        pullTo(0, 4.5);
        QCOMPARE(bits(1), 4.5);
        pullTo(0, 4.5, Qt::AltModifier);
        QCOMPARE(bits(1), 16.0);
        release();
        QCOMPARE(bits(0), 4.5);
    }

    void pinnedLayersStay()
    {
        document().setPinned({LayerId(4)}, true);
        QVERIFY(loom().bars()[4].pinned);
        QVERIFY(loom().spoken(4).contains("pinned"));
        m_workspace->selection().set({LayerId(3), LayerId(4), LayerId(6)}, LayerId(3));
        press(3);
        pullTo(3, 4.5);
        release();
        QCOMPARE(bits(3), 4.5);
        QCOMPARE(bits(4), 16.0);
        QCOMPARE(bits(6), 4.5);
        press(4); // the pinned bar itself may be pulled: then it is meant
        pullTo(4, 8.5);
        release();
        QCOMPARE(bits(4), 8.5);
    }

    void aRubberBandSelects()
    {
        document().setChoices(
            {{LayerId(4), m_workspace->stopsOf(LayerId(4)).front()},
             {LayerId(5), m_workspace->stopsOf(LayerId(5)).front()}},
            "make room");
        const QRect first = loom().barRect(4), last = loom().barRect(5);
        const QPoint from(first.center().x(), loom().yOf(8)), to(last.center().x(), loom().yOf(1) + 4);
        QTest::mousePress(loom().viewport(), Qt::LeftButton, {}, from);
        QTest::mouseMove(loom().viewport(), to);
        QMouseEvent move(
            QEvent::MouseMove, QPointF(to), loom().viewport()->mapToGlobal(QPointF(to)), Qt::NoButton,
            Qt::LeftButton, {});
        QApplication::sendEvent(loom().viewport(), &move);
        QTest::mouseRelease(loom().viewport(), Qt::LeftButton, {}, to);
        QCOMPARE(m_workspace->selection().layers(), (std::vector{LayerId(4), LayerId(5)}));
    }

    void aBlockNumberSelectsItsBlock()
    {
        const QRect first = loom().barRect(7), last = loom().barRect(13);
        const QPoint number((first.left() + last.right()) / 2, loom().viewport()->height() - 8);
        QTest::mouseClick(loom().viewport(), Qt::LeftButton, {}, number);
        QCOMPARE(m_workspace->selection().layers().size(), std::size_t(7));
        QCOMPARE(m_workspace->selection().layers().front(), LayerId(7));
    }

    void theKeyboardDoesTheSame()
    {
        loom().setFocus();
        QTest::keyClick(&loom(), Qt::Key_Home);
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(&loom(), Qt::Key_Right);
        QCOMPARE(m_workspace->selection().current(), LayerId(3));
        QTest::keyClick(&loom(), Qt::Key_4);
        QCOMPARE(bits(3), 4.25);
        QTest::keyClick(&loom(), Qt::Key_Up);
        QCOMPARE(bits(3), 4.5);
        QTest::keyClick(&loom(), Qt::Key_Down);
        QTest::keyClick(&loom(), Qt::Key_Down);
        QCOMPARE(bits(3), 3.4375);
        QCOMPARE(steps(), 4);
        QTest::keyClick(&loom(), Qt::Key_0);
        QCOMPARE(bits(3), 16.0);
        QTest::keyClick(&loom(), Qt::Key_P);
        QVERIFY(document().pinned()[3]);
        QTest::keyClick(&loom(), Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(m_workspace->selection().layers().size(), std::size_t(2));
        QSignalSpy flips(m_page.get(), &LoomPage::originalShown);
        QTest::keyClick(&loom(), Qt::Key_Space);
        QCOMPARE(flips.size(), 1);
        QTest::keyClick(&loom(), Qt::Key_Space);
        QCOMPARE(flips.back()[0].toBool(), false);
    }

    void screenReadersFindSliders()
    {
        QAccessibleInterface* const group = QAccessible::queryAccessibleInterface(&loom());
        QVERIFY(group != nullptr);
        QCOMPARE(group->role(), QAccessible::Grouping);
        QCOMPARE(group->childCount(), 28);
        QAccessibleInterface* const bar = group->child(6);
        QCOMPARE(bar->role(), QAccessible::Slider);
        QCOMPARE(bar->text(QAccessible::Name), QString("blk.0.ffn_down, 16 bits"));
        QCOMPARE(group->indexOfChild(bar), 6);
        bar->valueInterface()->setCurrentValue(4.4);
        QCOMPARE(bits(6), 4.5);
        QCOMPARE(bar->valueInterface()->currentValue().toDouble(), 4.5);
        QVERIFY(bar->text(QAccessible::Name).contains("4.5"));
        bar->actionInterface()->doAction(QAccessibleActionInterface::decreaseAction());
        QCOMPARE(bits(6), 4.25);
    }

    void theBudgetLineSetsTheGoal()
    {
        Goal goal = m_workspace->goal();
        goal.budgetBytes =
            std::uint64_t(8) * m_workspace->estimate(m_workspace->model().original()).bytes / 16;
        m_workspace->setGoal(goal);
        const int x = loom().viewport()->width() - 60;
        QTest::mousePress(loom().viewport(), Qt::LeftButton, {}, QPoint(x, loom().yOf(8)));
        const QPoint to(x, loom().yOf(4));
        QMouseEvent move(
            QEvent::MouseMove, QPointF(to), loom().viewport()->mapToGlobal(QPointF(to)), Qt::NoButton,
            Qt::LeftButton, {});
        QApplication::sendEvent(loom().viewport(), &move);
        QVERIFY(m_workspace->goal().budgetBytes < goal.budgetBytes * 6 / 10);
        QTest::keyClick(&loom(), Qt::Key_Escape);
        QCOMPARE(m_workspace->goal().budgetBytes, goal.budgetBytes);
    }

    void aThousandLayersStayFluid()
    {
        open(1001);
        QElapsedTimer time;
        loom().viewport()->repaint();
        time.start();
        for (int i = 0; i < 20; ++i)
            loom().viewport()->repaint();
        qInfo("1,001 layers: repaint %.2f ms", double(time.nsecsElapsed()) / 20e6);
        time.restart();
        for (int i = 0; i < 20; ++i)
            (void)m_workspace->estimate(document().allocation());
        qInfo("1,001 layers: estimate %.2f ms", double(time.nsecsElapsed()) / 20e6);
        m_workspace->selection().setSingle(LayerId(3));
        loom().setZoom(2);
        press(3);
        time.restart();
        const int moves = 20;
        for (int i = 0; i < moves / 4; ++i) {
            pullTo(3, i % 2 == 0 ? 3 : 6.5); // four moves each
            loom().viewport()->repaint();
        }
        const double frame = double(time.nsecsElapsed()) / 1e6 / moves;
        qInfo("1,001 layers: one move of a drag, everything recomputed: %.2f ms", frame);
        release();
        QVERIFY2(
            frame < 500, "a move of a drag takes longer than anyone waits"); // against gross failure only
    }
};

QTEST_MAIN(LoomTest)
#include "loom_test.moc"
