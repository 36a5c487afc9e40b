#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QSet>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

namespace {

/// "context: source" of every message; finished ones only where asked.
QSet<QString> messagesOf(const QString& path, bool finishedOnly)
{
    QSet<QString> messages;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return messages;
    QXmlStreamReader xml(&file);
    QString context, source, translation;
    bool unfinished = false;
    while (!xml.atEnd()) {
        const auto token = xml.readNext();
        if (token == QXmlStreamReader::StartElement) {
            if (xml.name() == u"name") {
                context = xml.readElementText();
            } else if (xml.name() == u"source") {
                source = xml.readElementText();
            } else if (xml.name() == u"translation") {
                unfinished = xml.attributes().hasAttribute("type");
                translation = xml.readElementText(QXmlStreamReader::IncludeChildElements);
            }
        } else if (token == QXmlStreamReader::EndElement && xml.name() == u"message") {
            if (!finishedOnly || (!unfinished && !translation.trimmed().isEmpty()))
                messages.insert(context + ": " + source);
        }
    }
    return messages;
}

QString lupdate()
{
    for (const char* const folder :
         {"/usr/lib/qt6/bin", "/usr/lib/qt6/libexec", "/usr/local/bin", "/usr/bin"})
        if (const QString found = QStandardPaths::findExecutable("lupdate", {folder}); !found.isEmpty())
            return found;
    return {};
}

} // namespace

/// Collects what the window says, as lupdate does, and looks each sentence up in the translations.
class TranslationTest : public QObject {
    Q_OBJECT

private slots:
    void everySentenceIsThereInGerman()
    {
        if (lupdate().isEmpty())
            QSKIP("lupdate is not installed");
        const QTemporaryDir folder;
        const QString collected = folder.filePath("collected.ts");
        QProcess process;
        process.start(
            lupdate(), {"-silent", "-locations", "none", "-I", TRITLOOM_SOURCE_DIR, TRITLOOM_SOURCE_DIR "/app", "-ts", collected});
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), 0);
        const QSet<QString> said = messagesOf(collected, false);
        QVERIFY2(said.size() > 300, qPrintable(QString::number(said.size())));
        QStringList missing =
            QSet<QString>(said)
                .subtract(messagesOf(TRITLOOM_SOURCE_DIR "/resources/translations/tritloom_de.ts", true))
                .values();
        missing.sort();
        QVERIFY2(missing.isEmpty(), qPrintable("without a German translation:\n" + missing.join('\n')));
    }
};

QTEST_GUILESS_MAIN(TranslationTest)
#include "translation_test.moc"
