#include "core/base/part_file.h"

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <csignal>
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

    void whatAKilledWriterLeftIsRemoved()
    {
        const fs::path folder = m_folder->path().toStdString();
        const auto held = PartFile::create(m_target);
        const auto heldFolder = PartFolder::create(folder / "held");
        QVERIFY(held && heldFolder);
        std::ofstream(folder / "mine.part") << "mine";
        std::ofstream(folder / "notes.tritloom-part.txt") << "mine too";
        fs::create_symlink(folder / "mine.part", folder / "link.tritloom-part");
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto file = PartFile::create(folder / "killed.gguf");
            const auto made = PartFolder::create(folder / "killed");
            if (file && made && file->write(bytesOf("12345")))
                std::ofstream(made->path() / "a") << "123";
            (void)!::write(ready[1], "x", 1);
            for (;;)
                ::pause();
        }
        char byte = 0;
        QCOMPARE(::read(ready[0], &byte, 1), ssize_t(1));
        QVERIFY(removeLeftParts(folder).empty()); // it lives
        QVERIFY(fs::exists(folder / "killed.gguf.tritloom-part"));
        QCOMPARE(::kill(child, SIGKILL), 0);
        QCOMPARE(::waitpid(child, nullptr, 0), child);
        auto left = removeLeftParts(folder);
        QCOMPARE(left.size(), std::size_t(2));
        std::ranges::sort(left, {}, &LeftPart::bytes);
        QVERIFY2(left[0].path.filename().string().starts_with("killed.tritloom-part-"), left[0].path.c_str());
        QCOMPARE(left[0].bytes, std::uint64_t(3));
        QCOMPARE(left[1].path.filename().string(), std::string("killed.gguf.tritloom-part"));
        QCOMPARE(left[1].bytes, std::uint64_t(5));
        for (const LeftPart& part : left)
            QVERIFY(!fs::exists(part.path));
        for (const fs::path& kept :
             {held->path(), heldFolder->path(), folder / "mine.part", folder / "notes.tritloom-part.txt",
              folder / "link.tritloom-part"})
            QVERIFY2(fs::exists(fs::symlink_status(kept)), kept.c_str());
        QVERIFY(removeLeftParts(folder / "nothing").empty());
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_target, m_part;
};

QTEST_GUILESS_MAIN(PartFileTest)
#include "part_file_test.moc"
