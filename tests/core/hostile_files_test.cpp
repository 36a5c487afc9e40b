// Files of a model that end too early or lie, one at a time: whatever they become, the model opens or one
// sentence names the file; it takes no longer than a moment and no more memory than the files justify.
#include "tests/support/counted_memory.h"
#include "tests/support/damaged_bytes.h"
#include "tests/support/processor_time.h"
#include "tests/support/quick_folder.h"
#include "tests/support/small_files.h"

using namespace tritloom;
using namespace smallFiles;

namespace {

std::uint64_t bytesIn(const fs::path& path)
{
    if (!fs::is_directory(path))
        return fs::file_size(path);
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path))
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    return bytes;
}

} // namespace

class HostileFilesTest final : public QObject {
    Q_OBJECT

    double m_slowest = 0;
    std::size_t m_most = 0;

    void ask(const Open& open, const fs::path& path, const fs::path& file, const std::string& bytes)
    {
        saveText(file, QByteArray::fromRawData(bytes.data(), qsizetype(bytes.size())));
        const ProcessorTime clock;
        const double begun = clock.milliseconds();
        const std::size_t before = countedMemory::held;
        countedMemory::most = before;
        const auto said = open(path);
        const std::size_t took = countedMemory::most - before;
        m_slowest = std::max(m_slowest, clock.milliseconds() - begun);
        m_most = std::max(m_most, took);
        const auto sentences = said ? *said : std::vector{said.error().message};
        for (const std::string& sentence : sentences) {
            // That an index names a file that is not there is said of that file.
            const bool isOther = sentence.find(file.parent_path().string()) != std::string::npos;
            const std::string why =
                whyUnclear(sentence, said || isOther ? std::string() : file.filename().string());
            QVERIFY2(why.empty(), why.c_str());
        }
        QVERIFY2(clock.milliseconds() - begun < 1000, "it took more than a second");
        // A token of three bytes in JSON is text, score and kind in memory; gaps between ids are bounded.
        const std::size_t justified = (std::size_t(16) << 20) + 200 * bytesIn(path);
        QVERIFY2(
            took <= justified, fmt::format("{} bytes of memory, {} are justified", took, justified).c_str());
    }

private slots:
    void noDamageIsACrash_data()
    {
        QTest::addColumn<int>("index");
        const auto rows = kinds();
        for (std::size_t i = 0; i < rows.size(); ++i)
            QTest::newRow(rows[i].name) << int(i);
    }
    void noDamageIsACrash()
    {
        QFETCH(int, index);
        const Kind kind = kinds()[std::size_t(index)];
        const QuickFolder place;
        const fs::path folder = fs::path(place.path().toStdString()) / "model", damaged = folder / kind.file;
        fs::create_directories(folder);
        kind.make(folder);
        const fs::path opened = kind.opened(folder);
        const std::string whole = contentOf(damaged);
        const auto good = kind.open(opened);
        QVERIFY2(good, good ? "" : good.error().message.c_str());
        m_slowest = 0;
        m_most = 0;
        const auto visit = [&](const std::string& bytes) { ask(kind.open, opened, damaged, bytes); };
        forEachBeginning(whole, visit, std::size_t(kind.step));
        forEachChangedByte(whole, visit, std::size_t(kind.step));
        if (damaged.extension() == ".json")
            forEachChangedValue(whole, visit);
        qInfo("%.1f ms and %.2f MB at most", m_slowest, double(m_most) / 1e6);
    }
};

QTEST_APPLESS_MAIN(HostileFilesTest)
#include "hostile_files_test.moc"
