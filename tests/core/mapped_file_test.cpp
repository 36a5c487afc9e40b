#include "core/base/mapped_file.h"

#include <QtTest>

#include <QTemporaryDir>
#include <fstream>
#include <numeric>
#include <vector>

using namespace tritloom;

namespace {

constexpr std::size_t pageful = 256 * 4096;

/// Bytes of the mapping that holds `address` which are in memory, as the system counts them.
std::size_t residentAt(const std::byte* address)
{
    std::ifstream maps("/proc/self/smaps");
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    bool isHere = false;
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t begin = 0, end = 0;
        std::size_t kilobytes = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2)
            isHere = wanted >= begin && wanted < end;
        else if (isHere && std::sscanf(line.c_str(), "Rss: %zu kB", &kilobytes) == 1)
            return kilobytes * 1024;
    }
    return 0;
}

std::size_t sumOf(std::span<const std::byte> bytes)
{
    return std::accumulate(bytes.begin(), bytes.end(), std::size_t{0}, [](std::size_t sum, std::byte byte) {
        return sum + std::to_integer<std::size_t>(byte);
    });
}

} // namespace

class MappedFileTest : public QObject {
    Q_OBJECT
private slots:
    void memoryIsGivenBackAndReadAnew()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("bytes");
        QFile written(path);
        QVERIFY(written.open(QIODevice::WriteOnly));
        QByteArray content(pageful, '\3');
        content[7] = '\5';
        QCOMPARE(written.write(content), content.size());
        written.close();
        const auto file = MappedFile::open(path.toStdString());
        QVERIFY(file.has_value());
        const auto bytes = (*file)->bytes();
        const std::size_t sum = sumOf(bytes);
        QCOMPARE(sum, std::size_t{3} * pageful + 2);
        QCOMPARE(residentAt(bytes.data()), pageful);
        MappedFile::doneWith(bytes.subspan(0, pageful / 2));
        QCOMPARE(residentAt(bytes.data()), pageful / 2);
        QCOMPARE(sumOf(bytes), sum);
    }

    /// The system would give pages of zeros instead.
    void otherMemoryKeepsItsBytes()
    {
        const std::vector<std::byte> bytes(pageful, std::byte{9});
        MappedFile::doneWith(bytes);
        QCOMPARE(sumOf(bytes), 9 * pageful);
    }
};

QTEST_GUILESS_MAIN(MappedFileTest)
#include "mapped_file_test.moc"
