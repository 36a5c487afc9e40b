#include <QFile>
#include <QMap>
#include <QRegularExpression>
#include <QTest>

namespace {

/// A line of spec_checks.txt.
struct Check {
    QString spec, name, holds, why;
    QStringList tests; ///< "area/file::function"
};

QList<Check> checks()
{
    QFile file(TRITLOOM_SOURCE_DIR "/tests/plugins/spec_checks.txt");
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no list of checks");
    QList<Check> list;
    for (const QString& line : QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts)) {
        if (line.startsWith('#'))
            continue;
        const QStringList parts = line.split(" | ");
        if (parts.size() != 4)
            qFatal("not four columns: %s", qPrintable(line));
        const QString last = parts[3];
        const qsizetype semicolon = last.indexOf(';');
        list.append(
            {parts[0], parts[1], parts[2], semicolon < 0 ? QString() : last.mid(semicolon + 1).trimmed(),
             last.left(semicolon < 0 ? last.size() : semicolon).split(' ', Qt::SkipEmptyParts)});
    }
    return list;
}

} // namespace

/// Every check of the specs of compression methods is in the list once, held by a test that exists or with the
/// reason why not.
class SpecChecksTest : public QObject {
    Q_OBJECT

private slots:
    void everyCheckHasItsTestOrItsReason()
    {
        const QList<Check> list = checks();
        QVERIFY(list.size() > 150);
        QMap<QString, QString> sources;
        for (const Check& check : list) {
            const QString what = check.spec + " " + check.name;
            QVERIFY2(check.holds == "holds" || check.holds == "partly" || check.holds == "no", qPrintable(what));
            QVERIFY2((check.holds == "holds") == check.why.isEmpty(), qPrintable(what));
            QVERIFY2(check.holds == "no" || !check.tests.isEmpty(), qPrintable(what));
            for (const QString& test : check.tests) {
                const QString file = test.section("::", 0, 0), function = test.section("::", 1);
                if (!sources.contains(file)) {
                    QFile source(TRITLOOM_SOURCE_DIR "/tests/" + file + ".cpp");
                    QVERIFY2(source.open(QIODevice::ReadOnly), qPrintable(what + ": " + file));
                    sources[file] = QString::fromUtf8(source.readAll());
                }
                QVERIFY2(
                    sources[file].contains(QRegularExpression("void " + function + "\\(\\)")),
                    qPrintable(what + ": " + test));
            }
        }
    }

    void numbersHaveNoGap()
    {
        QMap<QString, int> last;
        for (const Check& check : checks()) {
            bool isNumber = false;
            const int number = check.name.toInt(&isNumber);
            if (isNumber)
                QVERIFY2(number == ++last[check.spec], qPrintable(check.spec + " " + check.name));
        }
    }
};

QTEST_APPLESS_MAIN(SpecChecksTest)
#include "spec_checks_test.moc"
