#include "core/base/part_file.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

using namespace tritloom;
namespace fs = std::filesystem;

namespace {

std::string slurp(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

} // namespace

class PartFileTest : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_target = m_folder->filePath("made.bin").toStdString();
        m_part = m_target.string() + ".tritloom-part";
    }

    void takesThePlaceOfTheOldFileInCommitOnly()
    {
        std::ofstream(m_target) << "old";
        {
            auto file = PartFile::create(m_target);
            QVERIFY(file);
            QVERIFY(file->write(bytesOf("one")));
            QVERIFY(file->write(bytesOf("two")));
            QVERIFY(file->writeAt(1, bytesOf("NE")));
            QCOMPARE(file->position(), std::uint64_t{6});
            QCOMPARE(slurp(m_target), std::string("old"));
            QVERIFY(file->commit());
        }
        QCOMPARE(slurp(m_target), std::string("oNEtwo"));
        QVERIFY(!fs::exists(m_part));
    }

    void leavesNothingWhenItIsDestroyed()
    {
        {
            auto file = PartFile::create(m_target);
            QVERIFY(file && file->write(bytesOf("half")));
            const PartFile moved = std::move(*file);
            QVERIFY(fs::exists(m_part));
        }
        QVERIFY(!fs::exists(m_part));
        QVERIFY(!fs::exists(m_target));
    }

    void isWrittenByOneAtATime()
    {
        const auto first = PartFile::create(m_target);
        QVERIFY(first);
        const auto second = PartFile::create(m_target);
        QVERIFY(!second);
        QVERIFY(second.error().message.find("another export") != std::string::npos);
        QVERIFY(fs::exists(m_part)); // the refused one has not removed it
    }

    void takesOverWhatAKilledWriterLeft()
    {
        std::ofstream(m_part) << "a long rest of something that ended early";
        auto file = PartFile::create(m_target);
        QVERIFY(file && file->write(bytesOf("new")) && file->commit());
        QCOMPARE(slurp(m_target), std::string("new"));
    }

    void refusesWhatIsNoPlaceForAFile()
    {
        const auto messageOf = [](const fs::path& target, std::uint64_t bytes = 0) {
            const auto file = PartFile::create(target, bytes);
            return file ? std::string() : file.error().message;
        };
        QVERIFY(messageOf(m_folder->path().toStdString()).find("there is a folder") != std::string::npos);
        QVERIFY(messageOf("/dev/null").find("a device or a pipe") != std::string::npos);
        QVERIFY(
            messageOf(m_folder->filePath("none/x").toStdString()).find("No such file") != std::string::npos);
        QVERIFY(messageOf(m_target, std::uint64_t{1} << 60).find("the disk has") != std::string::npos);
        fs::create_symlink(m_folder->filePath("elsewhere").toStdString(), m_part);
        QVERIFY(!messageOf(m_target).empty());
    }

    void aHeaderThatIsKnownLastStandsFirst()
    {
        const QByteArray text = [] {
            QByteArray bytes; // longer than one step, of no period that hides a shift
            for (int i = 0; i < 9'000'001; ++i)
                bytes.append(char(i * 131 % 251));
            return bytes;
        }();
        const std::string data = text.toStdString();
        auto file = PartFile::create(m_target);
        QVERIFY(file && file->write(bytesOf(data)) && file->prepend(bytesOf("head")));
        QCOMPARE(file->position(), std::uint64_t(data.size() + 4));
        QVERIFY(file->commit());
        QVERIFY(slurp(m_target) == "head" + data);
    }

    void aFileOfTheUsersOwnIsLeftAlone()
    {
        std::ofstream(m_target.string() + ".part") << "mine";
        auto file = PartFile::create(m_target);
        QVERIFY(file && file->write(bytesOf("x")) && file->commit());
        QCOMPARE(slurp(m_target.string() + ".part"), std::string("mine"));
    }

    void foldersAreAllThereOrNotAtAll()
    {
        {
            const auto dropped = PartFolder::create(m_target);
            QVERIFY(dropped);
            std::ofstream(dropped->path() / "a") << "1";
        }
        QVERIFY(fs::is_empty(m_folder->path().toStdString()));
        auto folder = PartFolder::create(m_target);
        QVERIFY(folder);
        std::ofstream(folder->path() / "a") << "1";
        QVERIFY(folder->commit());
        QCOMPARE(slurp(m_target / "a"), std::string("1"));
    }

    void nothingIsLeftByAProgramThatEndsAtOnce()
    {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto file = PartFile::create(m_target);
            const auto folder = PartFolder::create(m_folder->filePath("folder").toStdString());
            const bool there = file && folder && fs::exists(m_part);
            if (there)
                std::ofstream(folder->path() / "a") << "1";
            removeParts();
            ::_exit(there ? 0 : 1);
        }
        int status = -1;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QCOMPARE(status, 0);
        QVERIFY(fs::is_empty(m_folder->path().toStdString()));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_target, m_part;
};

QTEST_GUILESS_MAIN(PartFileTest)
#include "part_file_test.moc"
