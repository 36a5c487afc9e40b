#include "tests/support/program.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QSet>
#include <QTest>

/// The command line on pictures and networks on them.
class PictureCommandsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }

private slots:
    void planesOfAPictureAreWritten()
    {
        const QString picture = TRITLOOM_SOURCE_DIR "/resources/samples/picture/generation/drawn/heart-0.png";
        const QJsonObject json = cli({"planes", picture, "-o", path("planes"), "--json"}).json();
        QCOMPARE(json["pictures"].toArray().size(), 1);
        const QJsonObject found = json["pictures"].toArray()[0].toObject();
        QCOMPARE(found["ones"].toArray().size(), 8);
        QVERIFY(found["noisy"].toDouble() > 0 && found["noisy"].toDouble() <= 1);
        QVERIFY(!found["lossy"].toBool());
        QCOMPARE(found["files"].toArray().size(), 11); // eight planes, noise, scores, the patch
        for (const QJsonValue& file : found["files"].toArray())
            QVERIFY(QFile::exists(file.toString()));
        QCOMPARE(cli({"planes", "/no/where.png"}).exitCode, 1);
    }

    void picturesOfOneNameAreWrittenApart()
    {
        const QString picture = TRITLOOM_SOURCE_DIR "/resources/samples/picture/generation/drawn/heart-0.png";
        for (const QString folder : {"a", "b"}) {
            QVERIFY(QDir(m_folder.path()).mkdir(folder));
            QVERIFY(QFile::copy(picture, path(folder + "/x.png")));
        }
        const QJsonObject json =
            cli({"planes", path("a/x.png"), path("b/x.png"), "-o", path("apart"), "--json"}).json();
        QSet<QString> files;
        for (const QJsonValue& found : json["pictures"].toArray())
            for (const QJsonValue& file : found.toObject()["files"].toArray())
                files.insert(file.toString());
        QCOMPARE(files.size(), 22);
        QVERIFY(QFile::exists(path("apart/a-x-bit0.png")) && QFile::exists(path("apart/b-x-bit0.png")));
    }

    // The default method learns from pictures, but halves are what they are.
    void halvesNeedNoPictures()
    {
        QVERIFY(QFile::copy(
            TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/shapes.onnx", path("alone.onnx")));
        const Finished exported =
            cli({"export", path("alone.onnx"), "--format", "f16", "-o", path("halves.onnx")});
        QVERIFY2(exported.exitCode == 0, exported.err.constData());
        const Finished learned =
            cli({"export", path("alone.onnx"), "--format", "int4row", "-o", path("learned.onnx")});
        QCOMPARE(learned.exitCode, 2);
        QVERIFY2(learned.err.contains("learns from pictures"), learned.err.constData());
    }

    void formatsMayHaveMethodsOfTheirOwn()
    {
        const QString model = TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/shapes.onnx";
        const QString formats = "int8row@static-activations,int4row@static-activations:bits=4,int2row";
        const QJsonObject json = cli({"analyse", "cost-pareto:mixed=0:samples=4", model, "--formats", formats,
                                      "--method", "rtn", "--json"})
                                     .json();
        QCOMPARE(json["tables"].toArray().size(), 1);
        QStringList names;
        for (const QJsonValue& row : json["tables"].toArray()[0].toObject()["rows"].toArray())
            names << row.toArray()[0].toString();
        QCOMPARE(names.size(), 5); // as stored, three formats, and 4 bits with 8-bit ends
        QVERIFY(names.contains("int2row rtn") && names.contains("int4row static-activations, ends 8"));
    }
};

QTEST_GUILESS_MAIN(PictureCommandsTest)
#include "picture_commands_test.moc"
