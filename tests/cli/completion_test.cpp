#include "tests/support/program.h"

#include <QRegularExpression>
#include <QTest>

/// What shells complete is what the program takes.
class CompletionTest final : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }

    /// Of --help: lines such as "  inspect      what is in a model file".
    QStringList commandsOfHelp()
    {
        QStringList names;
        static const QRegularExpression row("^  ([a-z]+) +\\S", QRegularExpression::MultilineOption);
        auto rows = row.globalMatch(QString::fromUtf8(cli({"--help"}).out));
        while (rows.hasNext())
            names << rows.next().captured(1);
        return names;
    }
    /// Of a command's --help: "  -o, --output <file>".
    QStringList optionsOfHelp(const QString& command)
    {
        QStringList flags;
        static const QRegularExpression row(
            "^  (-[^<]*?)(?: <[^>]*>)?(?:  |$)", QRegularExpression::MultilineOption);
        auto rows = row.globalMatch(QString::fromUtf8(cli({command, "--help"}).out));
        while (rows.hasNext())
            flags << rows.next().captured(1).trimmed().split(", ");
        return flags;
    }
    /// What bash offers for these words, the last of which is being written.
    QStringList offered(const QString& script, const QStringList& words)
    {
        QStringList quoted;
        for (const QString& word : words)
            quoted << '\'' + word + '\'';
        const Finished shell = run(
            "bash",
            {"-c",
             QString(
                 "source '%1' && COMP_WORDS=(%2) COMP_CWORD=%3 && _tritloom_cli; printf '%s\\n' \"${COMPREPLY[@]}\"")
                 .arg(script, quoted.join(' '))
                 .arg(words.size() - 1)},
            m_folder.path());
        return QString::fromUtf8(shell.out).split('\n', Qt::SkipEmptyParts);
    }

private slots:
    void everyCommandAndOptionIsInBoth()
    {
        const QStringList names = commandsOfHelp();
        QVERIFY2(names.size() > 20 && names.contains("export"), qPrintable(names.join(' ')));
        const QString bash = m_folder.filePath("completion.bash");
        QCOMPARE(cli({"completion", "bash", "-o", bash}).exitCode, 0);
        const Finished zsh = cli({"completion", "zsh"});
        QVERIFY(zsh.exitCode == 0 && zsh.out.startsWith("#compdef tritloom-cli\n"));
        const QStringList first = offered(bash, {"tritloom-cli", ""});
        std::size_t options = 0;
        for (const QString& name : names) {
            QVERIFY2(first.contains(name), qPrintable(name));
            QVERIFY2(zsh.out.contains("        '" + name.toUtf8() + ":"), qPrintable(name));
            const QStringList flags = optionsOfHelp(name),
                              bashFlags = offered(bash, {"tritloom-cli", name, "-"});
            QVERIFY2(flags.contains("--help"), qPrintable(name));
            const qsizetype at = zsh.out.indexOf("\n    " + name.toUtf8() + ")\n");
            const QByteArray block = zsh.out.mid(at, zsh.out.indexOf("\n        ;;", at) - at);
            for (const QString& flag : flags) {
                QVERIFY2(bashFlags.contains(flag), qPrintable(name + ' ' + flag));
                QVERIFY2(block.contains(')' + flag.toUtf8() + '['), qPrintable(name + ' ' + flag));
                ++options;
            }
            QCOMPARE(bashFlags.size(), flags.size()); // and no other
        }
        QVERIFY2(options > 200, qPrintable(QString::number(options)));
    }

    void aWordThatIsBegunIsCompleted()
    {
        const QString bash = m_folder.filePath("begun.bash");
        QCOMPARE(cli({"completion", "bash", "-o", bash}).exitCode, 0);
        QCOMPARE(offered(bash, {"tritloom-cli", "exp"}), QStringList{"export"});
        QCOMPARE(offered(bash, {"tritloom-cli", "export", "x.gguf", "--rec"}), QStringList{"--recipe"});
        QCOMPARE(offered(bash, {"tritloom-cli", "export", "sam"}), QStringList()); // files: bash's own work
        QCOMPARE(offered(bash, {"tritloom-cli", "nonsense", "--"}), QStringList());
    }

    void anotherShellIsRefused()
    {
        const Finished fish = cli({"completion", "fish"});
        QCOMPARE(fish.exitCode, 2);
        QVERIFY2(fish.err.contains("use bash or zsh"), fish.err.constData());
    }
};

QTEST_GUILESS_MAIN(CompletionTest)
#include "completion_test.moc"
