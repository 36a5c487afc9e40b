#include "app/gui/core_words.h"

#include <QCoreApplication>
#include <QFile>
#include <QHash>
#include <QLocale>
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
    bool isEmpty() const override { return m_words.isEmpty(); }
    QString translate(const char* context, const char* source, const char*, int) const override
    {
        return QLatin1String(context) == QLatin1String("Core") ? m_words.value(QString::fromUtf8(source))
                                                               : QString();
    }

private:
    QHash<QString, QString> m_words;
};

} // namespace

class CoreWordsTest final : public QObject {
    Q_OBJECT

    German m_german;

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
            coreWords("read back: 39 tensors have the names, shapes and bytes that were written"),
            QString("zurückgelesen: 39 Tensoren haben die Namen, Formen und Bytes, die geschrieben wurden"));
        const QString rows =
            coreWords("tensor 'blk.0.ffn_down.weight' has rows of 704 elements, no multiple of Q4_K's "
                      "blocks of 256; llama.cpp takes q5_0 here");
        QVERIFY2(
            rows.contains("blk.0.ffn_down.weight") && rows.contains("704") && rows.contains("q5_0"),
            qPrintable(rows));
        QVERIFY2(!rows.contains("multiple"), qPrintable(rows));
        const QString run =
            coreWords("evaluated: the outputs of the file that was written and of its recipe differ by "
                      "1.3e-07 of their root mean square");
        QVERIFY2(run.contains("1,3e-07") && !run.contains("outputs"), qPrintable(run));
    }

    void otherSentencesStayAsTheyAre()
    {
        QCOMPARE(coreWords("something new takes 2.5 ms"), QString("something new takes 2,5 ms"));
    }
};

QTEST_GUILESS_MAIN(CoreWordsTest)
#include "core_words_test.moc"
