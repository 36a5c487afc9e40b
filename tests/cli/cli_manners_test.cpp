#include "tests/support/program.h"
#include "tests/support/shared_data.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

/// What the command line says beside its numbers: where a file comes from, what was left out and why.
class CliMannersTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    const QString m_language = TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf";
    const QString m_pictures = TRITLOOM_SOURCE_DIR "/resources/samples/picture/";
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }

private slots:
    void aCompressedFileNamesItsOriginal_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("GGUF") << "small.gguf";
        QTest::newRow("Tritloom") << "small.tritloom";
    }
    void aCompressedFileNamesItsOriginal()
    {
        QFETCH(QString, file);
        const QString original = path("original.gguf");
        if (!QFile::exists(original))
            QVERIFY(QFile::copy(m_language, original));
        const QStringList how{"--format", "q4_0", "--method", "rtn", "--skip-evaluation", "-o"};
        QCOMPARE(cli(QStringList{"export", original} + how + QStringList{path(file)}).exitCode, 0);
        const QJsonObject before = cli({"inspect", original, "--json"}).json(),
                          after = cli({"inspect", path(file), "--json"}).json();
        QVERIFY(before["original"].isNull());
        QCOMPARE(after["original"]["name"].toString(), QString("original.gguf"));
        QCOMPARE(after["original"]["bytes"], before["bytes"]);
        QCOMPARE(after["original"]["path"].toString(), original); // beside it
        const Finished shown = cli({"inspect", path(file)});
        QVERIFY2(shown.out.contains("made from original.gguf, 16.0"), shown.out.constData());
        const Finished judged = cli({"evaluate", path(file), "--chunks", "1", "--context", "32"});
        QVERIFY2(judged.out.contains("--reference " + original.toUtf8()), judged.out.constData());
        // What is made of it names the first: quality is held against that.
        const QString second = path("second-" + file);
        QCOMPARE(cli(QStringList{"export", path(file)} + how + QStringList{second}).exitCode, 0);
        QCOMPARE(cli({"inspect", second, "--json"}).json()["original"], after["original"]);
    }
};

QTEST_GUILESS_MAIN(CliMannersTest)
#include "cli_manners_test.moc"
