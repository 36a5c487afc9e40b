#include "app/gui/core_words.h"
#include "app/gui/number_text.h"
#include "app/gui/size_sentences.h"

#include <QCoreApplication>
#include <QDirIterator>
#include <QFile>
#include <QHash>
#include <QLocale>
#include <QRegularExpression>
#include <QTranslator>
#include <QXmlStreamReader>
#include <QtTest>

using namespace tritloom;

namespace {

/// The sentences of the window's German file: the compiled one belongs to the program.
class German final : public QTranslator {
public:
    German()
    {
        QFile file(QStringLiteral(TRITLOOM_SOURCE_DIR "/resources/translations/tritloom_de.ts"));
        if (!file.open(QIODevice::ReadOnly))
            return;
        QXmlStreamReader xml(&file);
        QString context, source;
        while (!xml.atEnd()) {
            if (xml.readNext() != QXmlStreamReader::StartElement)
                continue;
            if (xml.name() == u"name")
                context = xml.readElementText();
            else if (xml.name() == u"source")
                source = xml.readElementText();
            else if (xml.name() == u"translation" && context == u"Core")
                m_words[source] = xml.readElementText(QXmlStreamReader::IncludeChildElements);
        }
    }
    QStringList sentences() const { return m_words.keys(); }
    bool isEmpty() const override { return m_words.isEmpty(); }
    QString translate(const char* context, const char* source, const char*, int) const override
    {
        return QLatin1String(context) == QLatin1String("Core") ? m_words.value(QString::fromUtf8(source))
                                                               : QString();
    }

private:
    QHash<QString, QString> m_words;
};

QString words(const char* text)
{
    return coreWords(QString::fromUtf8(text));
}

} // namespace

class CoreWordsTest final : public QObject {
    Q_OBJECT

    German m_german;
    /// Said of what core puts together from parts.
    const QStringList m_made{
        "read back: %1 tensors have the names, shapes and bytes that were written",
        "read back: %1 tensors have the names and bytes that were written",
        "read back: %1 tensors have the bytes that were written",
        "read back: %1 tensors stand for the numbers that were written",
        "read back: %1 operators, as many as were written",
        "evaluated: the outputs of the file that was written and of its recipe differ by %1 of their root "
        "mean "
        "square",
        "evaluated: the outputs of the file that was written and of its recipe differ by %1 of their root "
        "mean square, where the recipe changes %2",
        "%1 of %2 pictures are stored as JPEG, which rewrites the lowest bits: a detector may tell the "
        "formats "
        "apart, save all in one way first"};

private slots:
    void initTestCase()
    {
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        QVERIFY(!m_german.isEmpty());
        QCoreApplication::installTranslator(&m_german);
    }

    void numbersGetTheUsersPoint_data()
    {
        QTest::addColumn<QString>("english");
        QTest::addColumn<QString>("german");
        QTest::newRow("a number") << "4.25 bits"
                                  << "4,25 bits";
        QTest::newRow("with a sign") << "from -0.5 to +1.5"
                                     << "from -0,5 to +1,5";
        QTest::newRow("with an exponent") << "differ by 1.3e-07 of it"
                                          << "differ by 1,3e-07 of it";
        QTest::newRow("at the end") << "it is 3.5."
                                    << "it is 3,5.";
        QTest::newRow("share") << "12.5 %"
                               << "12,5 %";
        QTest::newRow("a layer") << "blk.0.ffn_down takes 0.5"
                                 << "blk.0.ffn_down takes 0,5";
        QTest::newRow("a model") << "llama-1.1b, phi-1.5 and v2.10.3"
                                 << "llama-1.1b, phi-1.5 and v2.10.3";
        QTest::newRow("a paper") << "arXiv 2408.08554v2"
                                 << "arXiv 2408.08554v2";
        QTest::newRow("whole numbers") << "read back: 39 tensors"
                                       << "read back: 39 tensors";
    }
    void numbersGetTheUsersPoint()
    {
        QFETCH(QString, english);
        QTEST(localNumbers(english), "german");
    }

    void knownSentencesAreTranslatedWithTheirNamesAndNumbers()
    {
        QCOMPARE(
            words("read back: 39 tensors have the names, shapes and bytes that were written"),
            QString("zurückgelesen: 39 Tensoren haben die Namen, Formen und Bytes, die geschrieben wurden"));
        const QString rows =
            words("tensor 'blk.0.ffn_down.weight' has rows of 704 elements, no multiple of Q4_K's "
                      "blocks of 256; llama.cpp takes q5_0 here");
        QVERIFY2(
            rows.contains("blk.0.ffn_down.weight") && rows.contains("704") && rows.contains("q5_0"),
            qPrintable(rows));
        QVERIFY2(!rows.contains("multiple"), qPrintable(rows));
        const QString run =
            words("evaluated: the outputs of the file that was written and of its recipe differ by "
                      "1.3e-07 of their root mean square");
        QVERIFY2(run.contains("1,3e-07") && !run.contains("outputs"), qPrintable(run));
    }

    void whatStandsBeforeAColonStays()
    {
        QCOMPARE(words("model.gguf: the file is empty"), QString("model.gguf: die Datei ist leer"));
        QCOMPARE(
            words("a/b.gguf: tensor 'x': the shape is larger than any file"),
            QString("a/b.gguf: Tensor „x“: die Form ist größer als jede Datei"));
        QCOMPARE(words("model.gguf: nobody translated this"), QString("model.gguf: nobody translated this"));
    }

    void smallNumbersHaveOneSpelling()
    {
        QCOMPARE(formatSmall(4.1e-5), QString("4,1e-05"));
        QCOMPARE(formatSmall(0), QString("0"));
        QCOMPARE(formatShare(0.000073), QString("0,0073\u00a0%"));
    }

    void countsOfBytesBecomeSizes()
    {
        const QString said = words("the budget is 1234567 bytes, the smallest choice has 2345678");
        QVERIFY2(said.contains(formatBytes(1234567)) && said.contains(formatBytes(2345678)), qPrintable(said));
        QVERIFY2(!said.contains("1234567") && !said.contains("budget is"), qPrintable(said));
        // Beside counts of other things.
        const QString written = words(
            "1200 tensors are q4_k, which this kind of file cannot hold: they are written as f16, 1200 bytes "
            "in place of 4096");
        QVERIFY2(
            written.startsWith("1200 ") && written.contains(formatBytes(1200))
                && written.endsWith(formatBytes(4096)),
            qPrintable(written));
    }

    void everySentenceIsSaidSomewhereBelow()
    {
        // Literals as the compiler reads them: those of several lines are one, "{:.3f}" stands for a number.
        QString sources;
        for (const char* const folder : {"/core", "/plugins", "/app"}) {
            QDirIterator files(
                QStringLiteral(TRITLOOM_SOURCE_DIR) + folder, {"*.cpp"}, QDir::Files,
                QDirIterator::Subdirectories);
            while (files.hasNext())
                if (QFile file(files.next());
                    !file.fileName().endsWith("core_words.cpp") && file.open(QIODevice::ReadOnly))
                    sources += QString::fromUtf8(file.readAll());
        }
        static const QRegularExpression seam("\"\\s*\n\\s*\""), place("\\{[^{}\"\n]*\\}"), numbered("%[1-9]");
        sources.remove(seam).replace(place, "#");
        QStringList lost;
        QStringList sentences = m_german.sentences();
        for (const SentenceOfBytes& sentence : sentencesOfBytes) {
            QVERIFY2(sentences.removeAll(sentence.said) == 1, sentence.said);
            sentences << sentence.sentence;
        }
        for (const QString& sentence : sentences)
            if (const QString plain = QString(sentence).replace(numbered, "#"); !sources.contains(plain))
                lost << sentence;
        for (const QString& known : m_made)
            lost.removeAll(known);
        QVERIFY2(lost.isEmpty(), qPrintable("nobody says any more:\n" + lost.join('\n')));
    }

    void otherSentencesStayAsTheyAre()
    {
        QCOMPARE(words("something new takes 2.5 ms"), QString("something new takes 2,5 ms"));
    }
};

QTEST_GUILESS_MAIN(CoreWordsTest)
#include "core_words_test.moc"
