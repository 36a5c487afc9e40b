// Several fine-tunes over one base in the window: added, listed, and one picked after the other.
#include "app/gui/tunes/tunes_page.h"
#include "app/gui/widgets/banner.h"
#include "core/evaluate/generate.h"
#include "tests/app/window_fixture.h"
#include "tests/support/processor_time.h"
#include "tests/support/tuned_models.h"

#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <QTreeWidget>

using namespace tritloom;

class FineTunesWindowTest final : public QObject, WindowFixture {
    Q_OBJECT

    QTemporaryDir m_folder;
    static constexpr const char* prompt = "The cat sat";

    QString at(const char* name) const { return m_folder.filePath(name); }
    void open(const char* name)
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        m_window->open(at(name));
        QVERIFY(opened.wait(60000));
    }
    QTreeWidget& list() { return *find<QTreeWidget>("tunesList"); }
    std::size_t rows() { return workspace().fineTunes()->rows().size(); }
    QString shown() { return QString::fromStdString(workspace().model().file->path.filename().string()); }
    /// By what a person does to get there.
    template <typename Action>
    void switchTo(const char* name, Action&& action)
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        action();
        QVERIFY(opened.wait(60000));
        QCOMPARE(shown(), QString(name));
    }
    void press(const QKeySequence& keys) { QTest::keySequence(m_window.get(), keys); }
    void addTwo()
    {
        drop({at("tune1.tritloom"), at("tune2.tritloom")});
        QTRY_COMPARE(rows(), std::size_t(3));
        QTRY_VERIFY_WITH_TIMEOUT(workspace().fineTunes()->rows()[2].model != nullptr, 60000);
        QTRY_VERIFY(m_window->findChild<QTreeWidget*>("tunesList") != nullptr);
    }
    /// What the file continues the prompt with where nothing else is open.
    QString textOfAlone(const char* name, int tokens) const
    {
        const auto engine =
            Engine::create(loadModel(at(name).toStdString()).value(), m_plugins.lookup(), {}).value();
        Generator generator(
            engine->compressor(), engine->makeExecutor().value(), engine->model()->original());
        std::vector<TokenId> made;
        if (generator.start(prompt, {.tokenCount = std::size_t(tokens)}, {}))
            while (const auto next = generator.next({}).value())
                made.push_back(next->token);
        return prompt + QString::fromStdString(engine->model()->tokenizer->decode(made, false));
    }
    QString sentence()
    {
        return find<Banner>("banner")->isVisible() ? find<Banner>("banner")->sentence() : QString();
    }

private slots:
    void initTestCase()
    {
        beginAs("fine_tunes_window_test");
        QVERIFY(QFile::copy(QString::fromStdString(sampleModelPath().string()), at("base.gguf")));
        const auto base = loadModel(at("base.gguf").toStdString()).value();
        for (const unsigned seed : {1U, 2U})
            QVERIFY(writeTuned(
                        *tunedFrom(*base, seed), base.get(),
                        at(qPrintable(QString("tune%1.tritloom").arg(seed))).toStdString())
                        .has_value());
        const auto other = tunedFrom(*base, 5);
        QVERIFY(writeTuned(*other, nullptr, at("other.tritloom").toStdString(), false).has_value());
        const auto otherBase = loadModel(at("other.tritloom").toStdString()).value();
        QVERIFY(writeTuned(*tunedFrom(*otherBase, 6), otherBase.get(), at("stranger.tritloom").toStdString())
                    .has_value());
    }
    void init()
    {
        QDir(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)).removeRecursively();
        openWindow();
    }
    void cleanup() { m_window.reset(); }

    void theListSaysWhatEachTakes()
    {
        open("base.gguf");
        QVERIFY(m_window->findChild<QTreeWidget*>("tunesList") == nullptr); // who has none sees none
        QVERIFY(!action("nextTune")->isEnabled());
        addTwo();
        QVERIFY(list().isVisible());
        QCOMPARE(list().topLevelItemCount(), 3);
        QCOMPARE(list().topLevelItem(0)->text(0), QString("✓ base.gguf (base)"));
        QCOMPARE(list().topLevelItem(2)->text(0), QString("tune2.tritloom"));
        const auto& tunes = workspace().fineTunes()->rows();
        const QString share =
            QLocale().toString(100.0 * double(tunes[1].bytes) / double(tunes[0].bytes), 'f', 0);
        QVERIFY2(
            list().topLevelItem(1)->text(2).startsWith(share.left(2)),
            qPrintable(list().topLevelItem(1)->text(2)));
        QVERIFY(!list().topLevelItem(1)->text(1).isEmpty());
        const QString together = find<QLabel>("tunesTogether")->text();
        QVERIFY2(together.contains("fine-tune"), qPrintable(together));
        QCOMPARE(
            list().topLevelItem(0)->data(0, Qt::AccessibleTextRole).toString(),
            QString("base.gguf (base), shown in all pages"));
        for (QWidget* const widget :
             find<QWidget>("tunesPage")->findChildren<QWidget*>(QRegularExpression("tunes.+")))
            if (qobject_cast<QPushButton*>(widget) || qobject_cast<QTreeWidget*>(widget))
                QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
        QVERIFY(action("nextTune")->isEnabled());
        QCOMPARE(shown(), QString("base.gguf")); // adding changes nothing of what is looked at
    }

    void pickedOnesTakeOverInAllPages()
    {
        open("base.gguf");
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        press(QKeySequence(Qt::CTRL | Qt::Key_7)); // the page of texts
        auto* field = find<QLineEdit>("prompt");
        QVERIFY(field->isVisible());
        field->setText(prompt);
        QTest::keyClick(field, Qt::Key_Return);
        addTwo();
        const std::byte* const there = workspace().model().file->tensors[1].stored.bytes().data();
        constexpr int tokens = 48; // as the page begins with
        const auto showsTextOf = [&](const char* name) {
            const QString expected = textOfAlone(name, tokens);
            const auto text = [this] {
                return find<QTextBrowser>("originalText")->toPlainText().simplified();
            };
            QVERIFY(find<QTextBrowser>("originalText")->isVisible());
            QTRY_VERIFY2_WITH_TIMEOUT(
                text() == expected.simplified(), qPrintable(text() + " | " + expected), 60000);
        };
        showsTextOf("base.gguf");
        const ProcessorTime work; // of the thread of the window
        QElapsedTimer time;
        double before = work.milliseconds();
        time.start();
        switchTo("tune1.tritloom", [&] { press(action("nextTune")->shortcut()); });
        qInfo(
            "to one for the first time: %lld ms, %.0f ms of work", time.elapsed(),
            work.milliseconds() - before);
        QVERIFY2(m_window->windowTitle().startsWith("tune1.tritloom"), qPrintable(m_window->windowTitle()));
        QCOMPARE(find<QLineEdit>("prompt")->text(), QString(prompt));
        showsTextOf("tune1.tritloom");
        QTRY_VERIFY_WITH_TIMEOUT(workspace().measurement() != nullptr, 60000);
        const double perplexity = workspace().measurement()->perplexity.value;
        QVERIFY(workspace().fineTunes()->rows()[0].model->file->tensors[1].stored.bytes().data() == there);

        switchTo("tune2.tritloom", [&] { press(action("nextTune")->shortcut()); });
        before = work.milliseconds();
        time.restart();
        switchTo("tune1.tritloom", [&] { press(action("previousTune")->shortcut()); });
        const double worked = work.milliseconds() - before;
        qInfo("to one that was looked at before: %lld ms, %.0f ms of work", time.elapsed(), worked);
        QVERIFY2(worked < 1000, qPrintable(QString::number(worked)));
        switchTo("base.gguf", [&] { press(action("previousTune")->shortcut()); });
        showsTextOf("base.gguf");
        switchTo("tune2.tritloom", [&] { press(action("previousTune")->shortcut()); }); // around the end
        // In the list: Enter picks, and the keyboard stays there.
        list().setFocus();
        QTest::keyClick(&list(), Qt::Key_Up);
        QCOMPARE(shown(), QString("tune2.tritloom"));
        switchTo("tune1.tritloom", [&] { QTest::keyClick(&list(), Qt::Key_Return); });
        QVERIFY(m_window->focusWidget() == &list());
        const QRect place = list().visualItemRect(list().topLevelItem(0));
        switchTo(
            "base.gguf", [&] { QTest::mouseClick(list().viewport(), Qt::LeftButton, {}, place.center()); });

        m_window->closeProject();
        open("tune1.tritloom"); // by itself
        QTRY_VERIFY_WITH_TIMEOUT(workspace().measurement() != nullptr, 60000);
        QCOMPARE(workspace().measurement()->perplexity.value, perplexity);
    }

    void bitsBelongToTheModelAndUndoLeadsBack()
    {
        open("base.gguf");
        addTwo();
        const auto set = [this](int layer, const char* format) {
            workspace().document().setChoices({{LayerId(layer), {format, "rtn", {{"search", 0}}}}}, format);
        };
        const auto format = [this](int layer) {
            return workspace().document().allocation().layers[std::size_t(layer)].format;
        };
        set(2, "q4_k");
        workspace().selection().setSingle(LayerId(4));
        const auto next = [&] { action("nextTune")->trigger(); };
        switchTo("tune1.tritloom", next);
        QVERIFY(format(2) != "q4_k");
        QVERIFY(workspace().selection().current() == LayerId(4));
        switchTo("tune2.tritloom", next);
        QVERIFY2(action("undo")->text().contains("tune2.tritloom"), qPrintable(action("undo")->text()));
        // Two looks and no edit are one step.
        switchTo("base.gguf", [&] { action("undo")->trigger(); });
        QCOMPARE(format(2), std::string("q4_k"));
        switchTo("tune2.tritloom", [&] { action("redo")->trigger(); });
        set(3, "q6_k");
        switchTo("tune1.tritloom", [&] { action("previousTune")->trigger(); });
        switchTo("tune2.tritloom", [&] { action("undo")->trigger(); });
        QCOMPARE(format(3), std::string("q6_k"));
        action("undo")->trigger();
        QVERIFY(format(3) != "q6_k");
        switchTo("base.gguf", [&] { action("undo")->trigger(); });
        QCOMPARE(format(2), std::string("q4_k"));
        action("undo")->trigger();
        QVERIFY(format(2) != "q4_k");
        // There and back again leaves no step.
        switchTo("tune1.tritloom", next);
        switchTo("base.gguf", [&] { action("previousTune")->trigger(); });
        QVERIFY(!action("undo")->isEnabled());
    }

    // By the dialog of models, the recent ones or a drop: a difference to what is open closes nothing.
    void openingOneAddsIt()
    {
        open("base.gguf");
        switchTo("tune1.tritloom", [&] { m_window->open(at("tune1.tritloom")); });
        QCOMPARE(rows(), std::size_t(2));
        QTRY_VERIFY(m_window->findChild<QTreeWidget*>("tunesList") != nullptr);
        switchTo("tune2.tritloom", [&] { drop({at("tune2.tritloom")}); });
        QCOMPARE(rows(), std::size_t(3));
        switchTo("tune1.tritloom", [&] { m_window->open(at("tune1.tritloom")); });
        QCOMPARE(rows(), std::size_t(3)); // which is there already
        open("other.tritloom"); // a model of its own takes the window
        QCOMPARE(rows(), std::size_t(1));
        QVERIFY(m_window->findChild<QTreeWidget*>("tunesList") == nullptr);
    }

    void severalAtOnceOpenTheirBase()
    {
        QSignalSpy opened(m_window.get(), &MainWindow::opened);
        drop({at("tune1.tritloom"), at("tune2.tritloom")});
        QVERIFY(opened.wait(60000));
        QCOMPARE(shown(), QString("tune1.tritloom"));
        QTRY_COMPARE(rows(), std::size_t(3));
        QCOMPARE(workspace().fineTunes()->rows()[0].path.filename(), std::filesystem::path("base.gguf"));
        QTRY_VERIFY(workspace().fineTunes()->rows()[2].model != nullptr);
        switchTo("base.gguf", [&] { m_window->open(at("base.gguf")); });
        QCOMPARE(rows(), std::size_t(3)); // the list stays
    }

    void whatCannotBeAddedIsSaid()
    {
        open("base.gguf");
        addTwo();
        switchTo("tune1.tritloom", [&] { action("nextTune")->trigger(); });
        drop({at("stranger.tritloom"), at("nowhere.tritloom")});
        QTRY_VERIFY2_WITH_TIMEOUT(sentence().contains("stranger.tritloom"), qPrintable(sentence()), 60000);
        QVERIFY2(
            sentence().contains("nowhere.tritloom") && sentence().contains("other.tritloom"),
            qPrintable(sentence()));
        QCOMPARE(rows(), std::size_t(3));
        QCOMPARE(shown(), QString("tune1.tritloom"));
    }

    void theListIsThereAgain()
    {
        QVERIFY(QFile::copy(at("tune2.tritloom"), at("gone.tritloom")));
        open("base.gguf");
        drop({at("tune1.tritloom"), at("gone.tritloom")});
        QTRY_VERIFY_WITH_TIMEOUT(rows() == 3 && workspace().fineTunes()->rows()[2].model, 60000);
        m_window->closeProject();
        QVERIFY(QFile::remove(at("gone.tritloom")));
        open("base.gguf");
        QTRY_VERIFY_WITH_TIMEOUT(!workspace().fineTunes()->rows()[2].problem.empty(), 60000);
        QVERIFY(list().isVisible());
        QCOMPARE(list().topLevelItemCount(), 3);
        list().setCurrentItem(list().topLevelItem(2));
        QTRY_VERIFY(find<QLabel>("tunesProblem")->isVisible());
        QVERIFY(find<QLabel>("tunesProblem")->text().contains("gone.tritloom"));
        auto* const remove = find<QPushButton>("tunesRemove");
        remove->click();
        QCOMPARE(rows(), std::size_t(2));
        list().setCurrentItem(list().topLevelItem(1));
        remove->click(); // the last one: the page goes with it
        QTRY_VERIFY(m_window->findChild<QTreeWidget*>("tunesList") == nullptr);
        m_window->closeProject();
        open("base.gguf");
        QCOMPARE(rows(), std::size_t(1));
    }
};

QTEST_MAIN(FineTunesWindowTest)
#include "fine_tunes_window_test.moc"
