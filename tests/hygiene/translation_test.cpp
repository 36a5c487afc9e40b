#include <QDirIterator>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
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

/// What plugins and core say, as the compiler reads it: literals of several lines are one.
QString sourcesBelow(const QStringList& folders)
{
    QString text;
    for (const QString& folder : folders) {
        QDirIterator files(folder, {"*.cpp", "*.h", "*.json"}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext())
            if (QFile file(files.next()); file.open(QIODevice::ReadOnly))
                text += QString::fromUtf8(file.readAll());
    }
    static const QRegularExpression seam("\"\\s*\n\\s*\"");
    return text.remove(seam);
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

    QSet<QString> m_said; ///< by the window, "context: source"

private slots:
    void initTestCase()
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
        m_said = messagesOf(collected, false);
        QVERIFY2(m_said.size() > 300, qPrintable(QString::number(m_said.size())));
    }

    void everySentenceIsThereInGerman()
    {
        QStringList missing =
            QSet<QString>(m_said)
                .subtract(messagesOf(TRITLOOM_SOURCE_DIR "/resources/translations/tritloom_de.ts", true))
                .values();
        missing.sort();
        QVERIFY2(missing.isEmpty(), qPrintable("without a German translation:\n" + missing.join('\n')));
    }

    // Titles may be names, sentences are none.
    void pluginsSayInGermanWhatTheyDo()
    {
        const QSet<QString> rows =
            messagesOf(TRITLOOM_SOURCE_DIR "/resources/translations/tritloom_de.ts", true);
        QStringList missing;
        std::size_t plugins = 0;
        QDirIterator files(TRITLOOM_SOURCE_DIR "/plugins", {"plugin.json"}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QJsonObject plugin = QJsonDocument::fromJson(file.readAll()).object();
            ++plugins;
            for (const char* const key : {"summary", "covers"})
                if (const QString said = plugin[QLatin1String(key)].toString(); !rows.contains("Plugins: " + said))
                    missing << file.fileName() + ": " + said;
        }
        QVERIFY(plugins > 50);
        QVERIFY2(missing.isEmpty(), qPrintable("without a German translation:\n" + missing.join('\n')));
    }

    void noTranslationIsOfWhatNobodySays_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("German") << "tritloom_de.ts";
        QTest::newRow("English plurals") << "tritloom_en.ts";
    }
    void noTranslationIsOfWhatNobodySays()
    {
        QFETCH(QString, file);
        const QSet<QString> rows = messagesOf(TRITLOOM_SOURCE_DIR "/resources/translations/" + file, false);
        QVERIFY(!rows.isEmpty());
        // Plugins know nothing of translations: their words stand in their sources as they are.
        const QString plugins = "Plugins: ",
                      sources = sourcesBelow({TRITLOOM_SOURCE_DIR "/plugins", TRITLOOM_SOURCE_DIR "/core"});
        QStringList left;
        const QSet<QString> others = rows - m_said;
        for (const QString& row : others)
            if (!row.startsWith(plugins)
                || !sources.contains(row.sliced(plugins.size()).replace('"', "\\\"")))
                left << row;
        left.sort();
        QVERIFY2(left.isEmpty(), qPrintable("translated, but said by nobody:\n" + left.join('\n')));
    }
};

QTEST_GUILESS_MAIN(TranslationTest)
#include "translation_test.moc"
