#include "tests/support/program.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

/// What a recipe says beside formats: the transforms it was made with, and the budgets beside the size.
class RecipeTransformsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    const QStringList m_quick{"--chunks", "1", "--context", "64"};
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }
    double klOf(const Finished& done)
    {
        if (done.exitCode != 0)
            qFatal("%s", done.err.constData());
        return done.json()["kl"].toDouble();
    }

private slots:
    void aRecipeKeepsItsTransforms()
    {
        const QString recipe = path("smooth.json"), plain = path("plain.json");
        const Finished made =
            cli(QStringList{
                    "allocate", sampleModel(), "--formats", "q4_0,q8_0", "--method", "rtn", "--budget",
                    "6bpw", "--metric", "zd", "--transform", "smoothquant:strength=0.7", "-o", recipe}
                + m_quick);
        QVERIFY2(made.exitCode == 0, made.err.constData());
        QFile file(recipe);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray kept = QJsonDocument::fromJson(file.readAll()).object()["transforms"].toArray();
        QCOMPARE(kept.size(), 1);
        QCOMPARE(kept[0]["transform"].toString(), QString("smoothquant:strength=0.7"));

        const QStringList evaluate =
            QStringList{"evaluate", sampleModel(), "--recipe", recipe, "--json"} + m_quick;
        const Finished by = cli(evaluate);
        QVERIFY2(by.err.contains("made with smoothquant:strength=0.7, and so is this"), by.err.constData());
        const Finished named = cli(evaluate + QStringList{"--transform", "smoothquant:strength=0.7"});
        QVERIFY(!named.err.contains("made with"));
        QCOMPARE(klOf(by), klOf(named));
        const Finished none = cli(evaluate + QStringList{"--transform", "none"});
        QVERIFY2(none.err.contains("--transform asks for none, which is done instead"), none.err.constData());
        QVERIFY(klOf(none) != klOf(by));

        // Written anew without them, and told apart.
        QCOMPARE(
            cli({"recipe", "write", recipe, "--model", sampleModel(), "--transform", "none", "-o", plain})
                .exitCode,
            0);
        const Finished difference = cli({"recipe", "diff", recipe, plain});
        QVERIFY2(
            difference.out.contains("transforms before: smoothquant:strength=0.7  ->  none"),
            difference.out.constData());
        QCOMPARE(
            klOf(cli(QStringList{"evaluate", sampleModel(), "--recipe", plain, "--json"} + m_quick)),
            klOf(none));
        QCOMPARE(
            cli({"recipe", "write", plain, "--model", sampleModel(), "--transform", "awq", "-o",
                 path("awq.json")})
                .exitCode,
            0);
        QVERIFY(
            cli({"recipe", "diff", plain, path("awq.json"), "--json"}).json()["transformsAfter"] == "awq");
    }

    // AWQ looks for scales in one format: that of most layers.
    void aMixedRecipeTakesATransform()
    {
        const QString recipe = path("mixed.json");
        QCOMPARE(
            cli(QStringList{
                    "allocate", sampleModel(), "--budget", "4bpw", "--formats", "q2_k,q4_k,q8_0", "--method",
                    "rtn", "--metric", "zd", "-o", recipe}
                + m_quick)
                .exitCode,
            0);
        QFile file(recipe);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY2(text.contains("q4_k") && (text.contains("q2_k") || text.contains("q8_0")), text.constData());
        const Finished done =
            cli(QStringList{"evaluate", sampleModel(), "--recipe", recipe, "--transform", "awq", "--json"}
                + m_quick);
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QVERIFY(klOf(done) > 0);
    }

    void transformsThatAreNoneAreRefused_data()
    {
        QTest::addColumn<QByteArray>("transforms");
        QTest::newRow("no list") << QByteArray("{}");
        QTest::newRow("no name") << QByteArray(R"([{"format": "", "method": ""}])");
        QTest::newRow("unknown") << QByteArray(R"([{"transform": "magic", "format": "", "method": ""}])");
    }
    void transformsThatAreNoneAreRefused()
    {
        QFETCH(QByteArray, transforms);
        QFile file(path("broken.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"layers": [], "transforms": )" + transforms + "}");
        file.close();
        const Finished done =
            cli(QStringList{"evaluate", sampleModel(), "--recipe", path("broken.json")} + m_quick);
        QVERIFY(done.exitCode != 0);
        QVERIFY2(!done.err.isEmpty(), done.err.constData());
    }

    // Reading 3.67 million weights once at 1 GB/s: 3.9 ms at 8.5 bits, 2 at 4.5.
    void timeATokenIsABudget()
    {
        const QStringList asked =
            QStringList{"allocate", sampleModel(), "--formats", "q4_0,q8_0", "--method", "rtn",
                        "--metric", "zd",          "--budget",  "8.5bpw",    "--json"}
            + m_quick;
        const Finished free = cli(asked),
                       bound = cli(asked + QStringList{"--latency", "3", "--bandwidth", "1"});
        QVERIFY2(free.exitCode == 0 && bound.exitCode == 0, (free.err + bound.err).constData());
        QVERIFY(free.json()["bytes"].toDouble() > 3.7e6);
        QVERIFY2(
            bound.json()["bytes"].toDouble() < 3.05e6 && bound.json()["bytes"].toDouble() > 2.5e6,
            bound.out.constData());
        const Finished tight = cli(asked + QStringList{"--latency", "1", "--bandwidth", "1"});
        QVERIFY(tight.exitCode != 0 && tight.err.contains("seconds"));
        const Finished useless = cli(asked + QStringList{"--bandwidth", "1"});
        QCOMPARE(useless.exitCode, 2);
    }
};

QTEST_GUILESS_MAIN(RecipeTransformsTest)
#include "recipe_transforms_test.moc"
