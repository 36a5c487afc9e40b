#include "tests/support/program.h"

#include <QFile>
#include <QJsonArray>
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
