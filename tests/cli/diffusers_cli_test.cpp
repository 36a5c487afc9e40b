#include "tests/support/diffusers_folder.h"
#include "tests/support/program.h"

#include <QFile>
#include <QImage>
#include <QTest>

/// Diffusers folders on the command line: pictures from seeds and prompts, measured, compressed, exported.
class DiffusersCliTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }
    QByteArray bytes(const QString& name)
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private slots:
    void initTestCase()
    {
        diffusersFolder::writeDdpm(path("ddpm").toStdString());
        diffusersFolder::writeStableDiffusion(path("sd").toStdString());
    }

    void aFolderSaysWhatItHolds()
    {
        const QJsonObject sd = cli({"inspect", path("sd"), "--json"}).json();
        QCOMPARE(sd["fileFormat"].toString(), QString("diffusers"));
        QCOMPARE(sd["task"].toString(), QString("generation"));
        QVERIFY(sd["canBeEvaluated"].toBool());
        QVERIFY(sd["layers"].toInt() > 100);
        const QByteArray text = cli({"inspect", path("sd")}).out;
        for (const char* part : {"64 x 64", "one run of text_encoder", "one run of unet", "one run of vae"})
            QVERIFY2(text.contains(part), part);
    }

    void theSameSeedMakesTheSamePicture()
    {
        const auto generate = [&](const QString& model, const QString& to, const QStringList& more) {
            const Finished done =
                cli(QStringList{
                        "generate", path(model), "-o", path(to), "--steps", "3", "--samples", "2", "--json"}
                    + more);
            if (done.exitCode != 0)
                qFatal("%s", done.err.constData());
            return done.json()["samples"].toInt();
        };
        QCOMPARE(generate("sd", "a", {"--prompt", "ab", "--seed", "5"}), 2);
        QCOMPARE(generate("sd", "b", {"--prompt", "ab", "--seed", "5"}), 2);
        QCOMPARE(generate("sd", "c", {"--prompt", "ba", "--seed", "5"}), 2);
        QCOMPARE(generate("sd", "d", {"--prompt", "ab", "--seed", "5", "--sampler", "ddim"}), 2);
        QCOMPARE(generate("sd", "e", {"--prompt", "ab", "--seed", "5", "--size", "128"}), 2);
        QCOMPARE(generate("ddpm", "f", {}), 2);
        QCOMPARE(QImage(path("a/000005.png")).size(), QSize(64, 64));
        QCOMPARE(QImage(path("e/000005.png")).size(), QSize(128, 128));
        QCOMPARE(QImage(path("f/000001.png")).size(), QSize(16, 16));
        QCOMPARE(bytes("a/000005.png"), bytes("b/000005.png"));
        QVERIFY(bytes("a/000005.png") != bytes("a/000006.png"));
        QVERIFY(bytes("a/000005.png") != bytes("c/000005.png"));
        QVERIFY(bytes("a/000005.png") != bytes("d/000005.png"));
    }

    void fewerBitsCostMore_data()
    {
        QTest::addColumn<QString>("model");
        QTest::newRow("pixels") << "ddpm";
        QTest::newRow("text to picture") << "sd";
    }
    void fewerBitsCostMore()
    {
        QFETCH(QString, model);
        const Finished done = cli(
            {"compare", path(model), "--formats", "int8row,int5row,int3row", "--methods", "rtn", "--samples",
             "1", "--steps", "2", "--json"});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        std::vector<double> divergence;
        for (const QJsonValue& row : done.json()["rows"].toArray())
            divergence.push_back(row["divergence"].toDouble());
        QCOMPARE(divergence.size(), std::size_t(3));
        std::ranges::sort(divergence);
        QVERIFY(divergence[0] > 0 && divergence[0] < divergence[1] && divergence[1] < divergence[2]);
    }

    void methodsLearnFromAllNetworksOfAPipeline()
    {
        const Finished plain = cli(
            {"compare", path("sd"), "--formats", "int3row", "--methods", "rtn,gptq", "--samples", "1",
             "--steps", "2", "--guidance", "1", "--json"});
        QVERIFY2(plain.exitCode == 0, plain.err.constData());
        const QJsonArray rows = plain.json()["rows"].toArray();
        QCOMPARE(rows.size(), 2);
        for (const QJsonValue& row : rows)
            QVERIFY(row["divergence"].toDouble() > 0);
    }

    void whatCannotBeIsSaid_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("word");
        QTest::newRow("a prompt for pixels") << QStringList{"ddpm", "--prompt", "a cat"} << "takes no text";
        QTest::newRow("a sampler") << QStringList{"sd", "--sampler", "euler"} << "dpm-solver++";
        QTest::newRow("a size") << QStringList{"sd", "--size", "100"} << "multiples of 64";
        QTest::newRow("steps") << QStringList{"sd", "--steps", "2000"} << "not 2000";
    }
    void whatCannotBeIsSaid()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, word);
        arguments[0] = path(arguments[0]);
        const Finished done =
            cli(QStringList{"generate"} + arguments + QStringList{"--samples", "1", "-o", path("no")});
        QVERIFY(done.exitCode != 0);
        QVERIFY2(done.err.contains(word.toUtf8()), done.err.constData());
    }

    void aLongPromptIsCutWithANotice()
    {
        const Finished done = cli(
            {"generate", path("sd"), "--prompt", "a b c d e f g h i j k l", "--steps", "1", "--samples", "1",
             "-o", path("long")});
        QCOMPARE(done.exitCode, 0);
        QVERIFY2(done.err.contains("the last 2 are left out"), done.err.constData());
    }

    void stableDiffusionIsExportedAsItsOwnKindOfGguf()
    {
        const Finished done = cli(
            {"export", path("sd"), "--format", "f16", "--method", "rtn", "-o", path("sd.gguf"), "--json"});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        const QJsonObject written = cli({"inspect", path("sd.gguf"), "--json"}).json();
        QCOMPARE(written["architecture"].toString(), QString("sd1"));
    }
};

QTEST_APPLESS_MAIN(DiffusersCliTest)
#include "diffusers_cli_test.moc"
