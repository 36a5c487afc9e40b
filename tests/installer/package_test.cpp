#include "tests/support/program.h"

#include <QDirIterator>
#include <QImage>
#include <QJsonArray>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>
#include <QXmlStreamReader>

/// The Debian package, unpacked and used without being installed.
class PackageTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString path(const QString& name) const { return m_folder.filePath(name); }
    QString unpacked(const QString& name) const { return path("root/usr/" + name); }
    QString share(const QString& name) const { return unpacked("share/" + name); }
    Finished runPackaged(const QString& program, const QStringList& arguments) const
    {
        return run(unpacked("bin/" + program), arguments, path("home"));
    }
    /// "" where there is no such package.
    QString packageNamed(const QString& name) const
    {
        const QStringList found = QDir(m_folder.path()).entryList({name + "_*.deb"});
        return found.isEmpty() ? QString() : path(found.first());
    }
    static QString field(const QString& package, const QString& name)
    {
        return QString::fromUtf8(run("dpkg-deb", {"-f", package, name}).out).trimmed();
    }
    QStringList packagedMethods() const
    {
        QStringList ids;
        for (const QJsonValue& method :
             runPackaged("tritloom-cli", {"methods", "--json"}).json()["methods"].toArray())
            ids << method["kind"].toString() + " " + method["id"].toString();
        return ids;
    }
    static bool isThere(const QString& tool) { return !QStandardPaths::findExecutable(tool).isEmpty(); }

private slots:
    void initTestCase()
    {
        for (const char* tool : {"cpack", "dpkg-deb", "dpkg-shlibdeps", "file"})
            if (!isThere(tool))
                QSKIP(qPrintable(QString("no package can be made here: %1 is missing").arg(tool)));
        // The programs of the build tree are not to be helped by, nor to help, those that are unpacked.
        qunsetenv("TRITLOOM_PLUGINS");
        const Finished packed =
            run("cpack",
                {"--config", TRITLOOM_BINARY_DIR "/CPackConfig.cmake", "-G", "DEB", "-B", m_folder.path()});
        QVERIFY2(packed.exitCode == 0, (packed.out + packed.err).constData());
        QVERIFY(!packageNamed("tritloom").isEmpty());
        const Finished opened = run("dpkg-deb", {"-x", packageNamed("tritloom"), path("root")});
        QVERIFY2(opened.exitCode == 0, opened.err.constData());
    }

    void saysWhatItNeeds()
    {
        const QString needs = field(packageNamed("tritloom"), "Depends");
        for (const char* library : {"libqt6widgets6", "libqt6svg6", "libonnx1", "libstdc++6"})
            QVERIFY2(needs.contains(library), qPrintable(needs));
        QVERIFY2(!needs.contains("torch"), qPrintable(needs)); // a package of its own
        if (const QString gradients = packageNamed("tritloom-gradients"); !gradients.isEmpty()) {
            const QString more = field(gradients, "Depends");
            QVERIFY2(more.contains("libtorch") && more.contains("tritloom (="), qPrintable(more));
        }
    }

    void theCommandLineRuns()
    {
        const QString sample = share("tritloom/samples/language/sample.gguf");
        const Finished seen = runPackaged("tritloom-cli", {"inspect", sample, "--json"});
        QVERIFY2(seen.exitCode == 0, seen.err.constData());
        // With the text that comes along, and a plugin.
        const Finished measured = runPackaged(
            "tritloom-cli",
            {"compare", sample, "--formats", "q4_k", "--methods", "rtn", "--chunks", "1", "--json"});
        QVERIFY2(measured.exitCode == 0, measured.err.constData());
        const QJsonArray rows = measured.json()["rows"].toArray();
        QCOMPARE(rows.size(), 1);
        const double divergence = rows[0].toObject()["kl"].toDouble(); // nats
        QVERIFY2(divergence > 1e-3 && divergence < 0.05, measured.out.constData());
    }

    void shellsCompleteItsCommands()
    {
        for (const char* const file :
             {"bash-completion/completions/tritloom-cli", "zsh/vendor-completions/_tritloom-cli"}) {
            QFile script(share(file));
            QVERIFY2(script.open(QIODevice::ReadOnly), file);
            QVERIFY2(script.readAll().contains("--skip-evaluation"), file);
        }
    }

    void theWindowOpens()
    {
        const Finished version = runPackaged("tritloom", {"--version"});
        QVERIFY2(version.exitCode == 0 && version.out.startsWith("tritloom "), version.err.constData());
        const QString sample = share("tritloom/samples/language/sample.gguf"), picture = path("window.png");
        const Finished drawn =
            runPackaged("tritloom-cli", {"screenshot", sample, "--size", "1280x800", "-o", picture});
        QVERIFY2(drawn.exitCode == 0, drawn.err.constData());
        QCOMPARE(QImage(picture).size(), QSize(1280, 800));
    }

    void everyPluginIsInItAndNoOther()
    {
        const QStringList all = packagedMethods();
        const QDir built(TRITLOOM_BINARY_DIR "/lib/tritloom/plugins");
        QCOMPARE(all.size(), built.entryList({"*.so"}, QDir::Files).size());
        QVERIFY(all.contains("layer-method hqq"));
        // What the package has no longer is not found where it was built.
        QVERIFY(QFile::remove(unpacked("lib/tritloom/plugins/libplugin_hqq.so")));
        const QStringList without = packagedMethods();
        QCOMPARE(without.size(), all.size() - 1);
        QVERIFY(!without.contains("layer-method hqq"));
    }

    void theMenuEntryIsValid()
    {
        const QString entry = share("applications/org.tritloom.Tritloom.desktop");
        QFile file(entry);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(file.readAll());
        static const QRegularExpression command("^Exec=(\\S+)", QRegularExpression::MultilineOption);
        static const QRegularExpression icon("^Icon=(\\S+)", QRegularExpression::MultilineOption);
        QVERIFY(QFileInfo(unpacked("bin/" + command.match(text).captured(1))).isExecutable());
        QVERIFY(QFile::exists(share("icons/hicolor/scalable/apps/" + icon.match(text).captured(1) + ".svg")));
        if (!isThere("desktop-file-validate"))
            QSKIP("desktop-file-validate is missing (package desktop-file-utils)");
        const Finished checked = run("desktop-file-validate", {"--no-hints", entry});
        QVERIFY2(checked.exitCode == 0 && checked.out.isEmpty(), (checked.out + checked.err).constData());
    }

    void theMetadataAreValid()
    {
        if (!isThere("appstreamcli"))
            QSKIP("appstreamcli is missing (package appstream)");
        const Finished checked =
            run("appstreamcli",
                {"validate", "--no-net", "--strict", share("metainfo/org.tritloom.Tritloom.metainfo.xml")});
        QVERIFY2(checked.exitCode == 0, (checked.out + checked.err).constData());
    }

    /// Every type of file that the menu entry opens is known to the desktop, and none is declared that it
    /// does not.
    void theTypesOfFilesAreValid()
    {
        QFile types(share("mime/packages/org.tritloom.Tritloom.xml")),
            entry(share("applications/org.tritloom.Tritloom.desktop"));
        QVERIFY(types.open(QIODevice::ReadOnly) && entry.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&types);
        QStringList declared;
        while (!xml.atEnd())
            if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == u"mime-type")
                declared << xml.attributes().value("type").toString();
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        static const QRegularExpression line("^MimeType=(.+);$", QRegularExpression::MultilineOption);
        QCOMPARE(declared, line.match(QString::fromUtf8(entry.readAll())).captured(1).split(';'));
        if (!isThere("update-mime-database"))
            QSKIP("update-mime-database is missing (package shared-mime-info)");
        const Finished read =
            run("env", {"XDG_DATA_DIRS=" + share(""), "update-mime-database", share("mime")});
        QVERIFY2(read.exitCode == 0 && read.err.isEmpty(), read.err.constData());
        QVERIFY(QFile::exists(share("mime/application/x-gguf.xml")));
    }
};

QTEST_GUILESS_MAIN(PackageTest)
#include "package_test.moc"
