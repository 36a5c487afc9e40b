#include "app/gui/compare/compare_page.h"
#include "app/session/samples.h"

#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

/// What a project kept of a comparison is there again when it is opened.
class KeptComparisonTest final : public QObject {
    Q_OBJECT

    struct Opened {
        std::shared_ptr<ProjectStore> store;
        std::unique_ptr<Workspace> workspace;
        std::unique_ptr<QWidget> page; // goes first
    };
    PluginHost m_plugins;
    QTemporaryDir m_folder;

    Opened open(const char* project)
    {
        Opened opened;
        opened.store = ProjectStore::open(m_folder.filePath(project).toStdString()).value();
        EngineOptions options;
        options.evaluation = {.contextLength = 64, .chunkCount = 1};
        options.calibrationChunks = 1;
        opened.workspace =
            Workspace::create(loadModel(sampleModelPath()).value(), m_plugins, options, opened.store).value();
        opened.page.reset(makeComparePage(*opened.workspace, nullptr));
        opened.page->resize(1100, 420);
        opened.page->show();
        return opened;
    }
    static QStringList checked(const Opened& opened, const char* list)
    {
        QStringList texts;
        const auto* const widget = opened.page->findChild<QListWidget*>(list);
        for (int i = 0; i < widget->count(); ++i)
            if (widget->item(i)->checkState() == Qt::Checked)
                texts << widget->item(i)->text();
        return texts;
    }
    static void checkOnly(const Opened& opened, const char* list, const QStringList& ids)
    {
        auto* const widget = opened.page->findChild<QListWidget*>(list);
        for (int i = 0; i < widget->count(); ++i)
            if (const QString id = widget->item(i)->data(Qt::UserRole).toString(); !id.isEmpty())
                widget->item(i)->setCheckState(ids.contains(id) ? Qt::Checked : Qt::Unchecked);
    }
    static QStringList rowsOf(const Opened& opened)
    {
        const auto* const table = opened.page->findChild<QTableWidget*>("compareTable");
        QStringList rows;
        for (int r = 0; r < table->rowCount(); ++r) {
            QStringList cells;
            for (int c = 0; c < table->columnCount(); ++c)
                cells << table->item(r, c)->text();
            rows << cells.join('|');
        }
        rows.sort();
        return rows;
    }

private slots:
    void rowsAndChoiceAreThereAgain()
    {
        QStringList rows, methods, formats;
        {
            Opened first = open("kept.tritproj");
            QCOMPARE(rowsOf(first), QStringList());
            checkOnly(first, "compareMethods", {"rtn"});
            checkOnly(first, "compareFormats", {"q4_k", "q8_0"});
            first.page->findChild<QLineEdit*>("compareBudgets")->setText("6bpw, 7bpw");
            auto* const run = first.page->findChild<QPushButton*>("runComparison");
            run->click();
            QTRY_COMPARE_WITH_TIMEOUT(run->text(), QString("Compare"), 120000);
            rows = rowsOf(first);
            QCOMPARE(rows.size(), 5); // the original, two formats, two budgets
            methods = checked(first, "compareMethods");
            formats = checked(first, "compareFormats");
            QCOMPARE(methods.size(), 1);
        }
        const Opened again = open("kept.tritproj");
        QCOMPARE(checked(again, "compareMethods"), methods);
        QCOMPARE(checked(again, "compareFormats"), formats);
        QCOMPARE(again.page->findChild<QLineEdit*>("compareBudgets")->text(), QString("6bpw, 7bpw"));
        QTRY_COMPARE_WITH_TIMEOUT(rowsOf(again), rows, 30000);
        QCOMPARE(again.page->findChild<QPushButton*>("runComparison")->text(), QString("Compare"));
    }

    void aProjectThatComparedNothingBeginsAsUsual()
    {
        const Opened opened = open("fresh.tritproj");
        QCOMPARE(checked(opened, "compareMethods").size(), 3);
        QCOMPARE(checked(opened, "compareFormats"), (QStringList{"q2_k", "q3_k", "q4_k", "q6_k"}));
        QTest::qWait(300); // nothing comes
        QCOMPARE(rowsOf(opened), QStringList());
    }

    void requestsAreReadBack()
    {
        const ComparisonRequest request{
            {"q4_k", "int4g32"}, {{"", "gptq", {{"act_order", 0}}}, {"", "rtn", {}}}, {"3.5bpw"}};
        const auto read = parseRequest(requestText(request));
        QVERIFY(read);
        QCOMPARE(read->formats, request.formats);
        QCOMPARE(read->budgets, request.budgets);
        QVERIFY(read->methods == request.methods);
        for (const char* const wrong : {"", "x", "{}", "[1,2]", R"({"formats":["q4_k"],"methods":[":"]})"})
            QVERIFY2(!parseRequest(wrong), wrong);
    }
};

QTEST_MAIN(KeptComparisonTest)
#include "kept_comparison_test.moc"
