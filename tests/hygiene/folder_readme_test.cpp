#include "tests/hygiene/tree.h"

#include <QTest>

/// Every folder says what it is, in a README.md of at most a screen.
class FolderReadmeTest : public QObject {
    Q_OBJECT

private slots:
    void everyFolderSaysWhatItIs()
    {
        constexpr int screen = 60; // lines
        QStringList wrong;
        const auto check = [&](const QString& folder) {
            QFile file(QString(TRITLOOM_SOURCE_DIR "/%1/README.md").arg(folder));
            if (!file.open(QIODevice::ReadOnly))
                wrong << folder + " has none";
            else if (const auto lines = file.readAll().count('\n'); lines > screen)
                wrong << QString("%1 has %2 lines").arg(folder).arg(lines);
        };
        for (const char* folder :
             {"core", "compute", "shaders", "plugins", "app", "resources", "tests", "installer"}) {
            check(folder);
            if (qstrcmp(folder, "plugins") == 0)
                continue; // each of them says what it is in its plugin.json
            const QDir inside(QString(TRITLOOM_SOURCE_DIR "/%1").arg(folder));
            for (const QString& name : inside.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
                check(QString("%1/%2").arg(folder, name));
        }
        QVERIFY2(wrong.isEmpty(), qPrintable("README.md: " + wrong.join(", ")));
    }
};

QTEST_APPLESS_MAIN(FolderReadmeTest)
#include "folder_readme_test.moc"
