// Files of ten gigabytes that are nothing but a hole: opening them reads headers and a few samples.
#include "core/architecture/model.h"
#include "tests/support/gguf_builder.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace tritloom;

namespace {

constexpr std::int64_t columns = 4096, rows = 3264, tensors = 400;
constexpr std::uint64_t tensorBytes = std::uint64_t(columns) * std::uint64_t(rows) * 2; // of halves

std::uint64_t residentBytes()
{
    std::uint64_t all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * std::uint64_t(sysconf(_SC_PAGESIZE));
}

/// Writes the head and a hole behind it. False where the file system has no room for a file so large.
bool writeWithHole(
    const std::filesystem::path& path, const char* head, std::size_t bytes, std::uint64_t total)
{
    std::ofstream(path, std::ios::binary).write(head, long(bytes));
    std::error_code error;
    std::filesystem::resize_file(path, total, error);
    return !error;
}

std::string nameOf(std::int64_t index)
{
    return "layer." + std::to_string(index) + ".weight";
}

} // namespace

class LargeFilesTest final : public QObject {
    Q_OBJECT

    static void open(const std::filesystem::path& path)
    {
        const std::uint64_t before = residentBytes();
        const auto model = loadModel(path);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const std::uint64_t after = residentBytes();
        QCOMPARE((*model)->layers.size(), std::size_t(tensors));
        QCOMPARE((*model)->bytes(), tensors * tensorBytes);
        qInfo(
            "%.1f GB opened for %.1f MB more in memory", double((*model)->bytes()) / 1e9,
            (double(after) - double(before)) / 1e6);
        QVERIFY(after < before + (128 << 20)); // sixteen samples a tensor, each with the pages around it
    }

private slots:
    void aGgufOfTenGigabytes()
    {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("large.gguf").toStdString();
        GgufBuilder file(3, tensors, 0);
        for (std::int64_t i = 0; i < tensors; ++i)
            file.tensor(nameOf(i), {columns, rows}, 1, std::uint64_t(i) * tensorBytes);
        file.data(0);
        const auto& bytes = file.bytes();
        if (!writeWithHole(
                path, reinterpret_cast<const char*>(bytes.data()), bytes.size(),
                bytes.size() + tensors * tensorBytes))
            QSKIP("the folder for temporary files holds no file of ten gigabytes");
        open(path);
    }

    void aSafetensorsFileOfTenGigabytes()
    {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("large.safetensors").toStdString();
        std::string json = "{";
        for (std::int64_t i = 0; i < tensors; ++i)
            json += fmt::format(
                "{}\"{}\":{{\"dtype\":\"F16\",\"shape\":[{},{}],\"data_offsets\":[{},{}]}}", i > 0 ? "," : "",
                nameOf(i), rows, columns, std::uint64_t(i) * tensorBytes, std::uint64_t(i + 1) * tensorBytes);
        json += '}';
        std::string head(8, '\0');
        const std::uint64_t length = json.size();
        std::memcpy(head.data(), &length, sizeof length);
        head += json;
        if (!writeWithHole(path, head.data(), head.size(), head.size() + tensors * tensorBytes))
            QSKIP("the folder for temporary files holds no file of ten gigabytes");
        open(path);
    }
};

QTEST_APPLESS_MAIN(LargeFilesTest)
#include "large_files_test.moc"
