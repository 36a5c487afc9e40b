#include "app/gui/model_name.h"
#include "app/gui/recipes/difference_dialog.h"
#include "app/gui/widgets/banner.h"
#include "app/session/samples.h"
#include "tests/app/window_fixture.h"
#include "tests/screenshots/golden.h"

#include <QDialog>
#include <QDockWidget>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <QPushButton>
#include <QRegularExpression>
#include <QToolButton>
#include <QTreeView>

using namespace tritloom;

/// The window without a mouse, and what cannot be done said before it is tried.
class WindowKeysTest final : public QObject, WindowFixture {
    Q_OBJECT

    QDialog* dialogOf(const char* name)
    {
        QDialog* dialog = nullptr;
        const bool there = QTest::qWaitFor([&] {
            dialog = m_window->findChild<QDialog*>(QLatin1String(name));
            return dialog != nullptr && dialog->isVisible();
        });
        if (!there)
            qFatal("no %s", name);
        return dialog;
    }
    void openClassifierWithoutPictures()
    {
        // The sample's file alone: the folder of pictures lies beside the original.
        QDir().mkpath(m_folder.filePath("alone"));
        const QString alone = m_folder.filePath("alone/shapes.onnx");
        QFile::copy(QString::fromStdString(sampleModels()[1].path().string()), alone);
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        m_window->open(alone);
        QVERIFY(opened.wait(60000));
        QVERIFY(!workspace().engine().whyNotEvaluated().empty());
    }

    QTemporaryDir m_folder;

private slots:
    void init()
    {
        beginAs("window_keys_test"); // what another test changed is kept
        openWindow();
    }
    void cleanup() { m_window.reset(); }

    void enterPressesTheButtonThatHasTheKeyboard()
    {
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        auto* const sample = find<QPushButton>("startSample");
        sample->setFocus();
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        QTest::keyClick(sample, Qt::Key_Return, Qt::ControlModifier); // Ctrl+Return is allocating
        QVERIFY(!opened.wait(50));
        QTest::keyClick(sample, Qt::Key_Return);
        QVERIFY(opened.wait(60000));
    }

    void noTwoEntriesOfAMenuHaveOneLetter_data()
    {
        QTest::addColumn<bool>("german");
        QTest::newRow("English") << false;
        QTest::newRow("German") << true;
    }
    void noTwoEntriesOfAMenuHaveOneLetter()
    {
        QFETCH(bool, german);
        const Words words(german ? QLocale(QLocale::German) : QLocale(QLocale::English));
        openWindow();
        const auto check = [](const QMenu& menu) {
            static const QRegularExpression mnemonic(QStringLiteral("&([^&])"));
            QMap<QString, QString> seen;
            for (const QAction* const entry : menu.actions()) {
                const auto match = mnemonic.match(entry->text());
                if (!match.hasMatch())
                    continue;
                const QString letter = match.captured(1).toLower();
                QVERIFY2(!seen.contains(letter), qPrintable(seen[letter] + " and " + entry->text()));
                seen[letter] = entry->text();
            }
            QVERIFY(menu.isEmpty() || !seen.isEmpty());
        };
        for (const QAction* const top : m_window->menuBar()->actions())
            check(*top->menu());
        QVERIFY(!action("preferences")->shortcut().isEmpty());
        QVERIFY(!action("previousPage")->shortcut().toString().contains("Backtab"));
    }

    void enterInADialogDoesWhatItIsFor_data()
    {
        QTest::addColumn<QString>("by");
        QTest::addColumn<QString>("dialog");
        for (const auto& [by, dialog] :
             {std::pair{"export", "exportDialog"},
              {"allocator", "allocatorDialog"},
              {"method", "methodDialog"},
              {"transform", "transformDialog"}})
            QTest::newRow(dialog) << QString(by) << QString(dialog);
    }
    void enterInADialogDoesWhatItIsFor()
    {
        QFETCH(QString, by);
        QFETCH(QString, dialog);
        openSample();
        action(qPrintable(by))->trigger();
        QDialog* const shown = dialogOf(qPrintable(dialog));
        shown->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(shown));
        QList<QPushButton*> defaults;
        for (QPushButton* const button : shown->findChildren<QPushButton*>())
            if (button->isDefault())
                defaults << button;
        QCOMPARE(defaults.size(), 1);
        QVERIFY2(defaults[0]->property("primary").toBool(), qPrintable(defaults[0]->text()));
        shown->close();
    }

    void aComparisonOfRecipesGoesWithItsProject()
    {
        openSample();
        workspace().document().setChoices({{LayerId(1), {"q2_k", "rtn", {}}}}, "one");
        (new DifferenceDialog(workspace(), "other.json", workspace().model().original(), m_window.get()))
            ->show();
        const QPointer<QDialog> dialog = dialogOf("differenceDialog");
        m_window->closeProject(); // which it would look at once more
        QTRY_VERIFY(dialog.isNull());
    }

    void enterInThePathExportsOnce()
    {
        openSample();
        action("export")->trigger();
        QDialog* const dialog = dialogOf("exportDialog");
        auto* const path = find<QLineEdit>(*dialog, "exportPath");
        const QString file = m_folder.filePath("small.gguf");
        path->setText(file);
        path->setFocus();
        QSignalSpy finished(&workspace().exporter(), &ExportController::finished);
        QTest::keyClick(path, Qt::Key_Return);
        QVERIFY(workspace().exporter().isRunning());
        QVERIFY(finished.wait(60000));
        QVERIFY(QFileInfo::exists(file));
        // The next one closes what is done.
        QVERIFY(!find<QPushButton>(*dialog, "exportStart")->isDefault());
        QVERIFY(dialog->focusWidget() != find<QPushButton>(*dialog, "exportStart"));
        path->setText(m_folder.filePath("other.gguf"));
        QVERIFY(find<QPushButton>(*dialog, "exportStart")->isDefault());
        dialog->close();
    }

    void whatFailedIsForgottenOnceSomethingElseIsDone()
    {
        openSample();
        auto* const banner = find<Banner>("banner");
        banner->show("That did not work", Banner::Kind::Error);
        workspace().document().setChoices({{LayerId(1), {"q2_k", "rtn", {}}}}, "one");
        QVERIFY(!banner->isVisible());
        banner->show("The disk is full", Banner::Kind::Warning); // still is
        workspace().document().undoStack().undo();
        QVERIFY(banner->isVisible());
    }

    void thereIsNoBlameBeforeThereIsALoss()
    {
        openSample();
        QVERIFY(!action("blame")->isEnabled());
        QVERIFY(action("blame")->toolTip().contains("nothing to blame"));
        workspace().document().setChoices({{LayerId(1), {"q2_k", "rtn", {}}}}, "one");
        QVERIFY(action("blame")->isEnabled());
        workspace().document().undoStack().undo();
        QVERIFY(!action("blame")->isEnabled());
        m_window->closeProject();
        QVERIFY(!action("blame")->isEnabled());
    }

    void withoutPicturesNothingIsAllocatedNorBlamed()
    {
        openClassifierWithoutPictures();
        for (const char* const name : {"allocate", "sweep"}) {
            QVERIFY2(!action(name)->isEnabled(), name);
            QVERIFY2(
                action(name)->toolTip().contains("no pictures yet"), qPrintable(action(name)->toolTip()));
        }
        workspace().document().setChoices({{LayerId(1), {"int4row", "rtn", {}}}}, "one");
        QVERIFY(!action("blame")->isEnabled()); // that is about tokens
        AllocatorChoice choice;
        choice.metric.id = "bsnip";
        workspace().setAllocator(choice); // a metric needs no pictures
        QVERIFY(action("allocate")->isEnabled());
        QVERIFY(find<QToolButton>("layerGrouping")->isHidden()); // it has no blocks
    }

    void aFilterThatIsTakenAwayLeavesBlocksAsTheyWere()
    {
        openSample();
        auto* const table = find<QTreeView>("layerTable");
        const auto folded = [&] {
            QList<int> rows;
            for (int row = 0; row < table->model()->rowCount(); ++row)
                if (table->model()->rowCount(table->model()->index(row, 0)) > 0
                    && !table->isExpanded(table->model()->index(row, 0)))
                    rows << row;
            return rows;
        };
        QCOMPARE(folded(), QList<int>());
        find<QLineEdit>("layerFilter")->setText("nosuchlayer");
        find<QLineEdit>("layerFilter")->clear();
        QCOMPARE(folded(), QList<int>());
    }

    void allFilesThatCanBeReadAreOffered()
    {
        const QStringList patterns = modelPatterns().split(QLatin1Char(' '));
        for (const char* const name : {"a.gguf", "b.th", "c.pth", "d.tritproj", "model.safetensors", "e.h5"})
            QVERIFY2(QDir::match(patterns, QLatin1String(name)), name);
        QVERIFY(!QDir::match(patterns, "notes.txt"));
        QCOMPARE(withoutModelSuffix("resnet20-12fca82f.th"), QString("resnet20-12fca82f"));
    }

    void pagesKeepTheirShareOfTheHeight()
    {
        openSample();
        QTRY_VERIFY(!m_window->property("busy").toBool());
        const auto* const dock = find<QDockWidget>("dock.distribution");
        const auto share = [&] { return double(dock->height()) / m_window->height(); };
        const double before = share();
        m_window->resize(1280, 1200);
        QTRY_VERIFY2(std::abs(share() - before) < 0.02, qPrintable(QString::number(share())));
        m_window->resize(MainWindow::leastSize);
        QTest::qWait(50);
        m_window->resize(1280, 1200);
        QTRY_VERIFY2(std::abs(share() - before) < 0.02, qPrintable(QString::number(share())));
    }
};

QTEST_MAIN(WindowKeysTest)
#include "window_keys_test.moc"
