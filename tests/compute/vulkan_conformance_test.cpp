#include "compute/vulkan/pipelines.h"
#include "compute/vulkan/vulkan_backend.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace tritloom;

namespace {

struct ProductShape {
    std::size_t tokens, outputs, blocks;
};

/// Odd on purpose: one of everything, few tokens, edges of tiles, rows that no tile divides.
constexpr ProductShape shapes[] = {{1, 1, 1}, {1, 67, 2}, {4, 33, 3}, {5, 1, 1}, {5, 67, 1}, {32, 32, 1}, {33, 70, 3}, {67, 5, 2}, {65, 129, 1}};

/// Formats that the rows stand for; lengths below 8 only where a block is one element.
const std::vector<std::pair<std::string, std::size_t>> formats{
    {"f32", 1},    {"f32", 7},     {"f32", 257},    {"f16", 1},   {"f16", 7},    {"f16", 64},  {"f16", 257},
    {"int4g8", 8}, {"int4g32", 32}, {"int4g128", 128}, {"int4g72", 72}, {"tq2_0", 256},
};

std::vector<float> gaussian(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

Tensor randomWeights(const NumberFormatPtr& format, std::size_t rows, std::size_t columns)
{
    const TensorType type{format, {rows, columns}};
    const std::vector<float> values = gaussian(rows * columns, 2);
    std::vector<std::byte> bytes(type.bytes());
    for (std::size_t block = 0; block * format->blockElements() < values.size(); ++block)
        format->encode(
            std::span(values).subspan(block * format->blockElements(), format->blockElements()),
            std::span(bytes).subspan(block * format->blockBytes(), format->blockBytes()));
    return Tensor::adopt(type, std::move(bytes));
}

Tensor product(Backend& backend, const Tensor& x, const Tensor& weights)
{
    const DeviceTensor inputs[] = {backend.upload(x).value(), backend.upload(weights).value()};
    return backend.download(backend.run({OpKind::Linear, {}}, inputs, {}).value()).value();
}

} // namespace

/// Every Vulkan pipeline agrees with the reference on every device here, and touches nothing past its tensors.
class VulkanConformanceTest : public QObject {
    Q_OBJECT

private slots:
    void productsAgreeWithTheReference_data()
    {
        QTest::addColumn<QString>("device");
        QTest::addColumn<bool>("guarded");
        for (const std::string& device : vulkanDevices())
            for (const bool guarded : {false, true})
                QTest::addRow("%s%s", device.c_str(), guarded ? ", guarded" : "") << QString::fromStdString(device) << guarded;
        if (vulkanDevices().empty())
            QTest::addRow("no device") << QString() << false;
    }
    void productsAgreeWithTheReference()
    {
        QFETCH(QString, device);
        QFETCH(bool, guarded);
        if (device.isEmpty())
            QSKIP("there is no Vulkan device here");
        auto opened = makeVulkanBackend(device.toStdString(), guarded ? VulkanMemory::Guarded : VulkanMemory::Automatic);
        if (!opened && opened.error().code == ErrorCode::Unsupported)
            QSKIP(opened.error().message.c_str());
        Backend& backend = *opened.value();
        const auto reference = makeReferenceBackend();
        for (const auto& [id, length] : formats)
            for (const auto& [tokens, outputs, blocks] : shapes) {
                const std::size_t columns = length * blocks;
                const Tensor weights = randomWeights(parseNumberFormat(id).value(), outputs, columns);
                const Tensor x = Tensor::adoptFloats({tokens, columns}, gaussian(tokens * columns, 1));
                const TensorType types[] = {x.type(), weights.type()};
                const QString what = QString("%1, %2 tokens, %3 x %4").arg(id.c_str()).arg(tokens).arg(outputs).arg(columns);
                QVERIFY2(backend.supports({OpKind::Linear, {}}, types), qPrintable(what));
                const auto expected = product(*reference, x, weights).toFloats();
                const auto actual = product(backend, x, weights).toFloats();
                QCOMPARE(actual.size(), expected.size());
                for (std::size_t i = 0; i < expected.size(); ++i)
                    QVERIFY2(
                        std::abs(actual[i] - expected[i]) <= 2e-6f * float(columns) * std::max(1.0f, std::abs(expected[i])),
                        qPrintable(QString("%1 [%2]: %3, expected %4").arg(what).arg(i).arg(actual[i]).arg(expected[i])));
            }
    }

    void refusesWhatItCannotDo()
    {
        for (const std::string& name : vulkanDevices()) {
            auto opened = makeVulkanBackend(name);
            if (!opened)
                continue;
            const auto type = [](const char* format, Shape shape) {
                return TensorType{parseNumberFormat(format).value(), std::move(shape)};
            };
            const auto can = [&](OpKind op, TensorType x, TensorType w) {
                const TensorType types[] = {std::move(x), std::move(w)};
                return (*opened)->supports({op, {}}, types);
            };
            QVERIFY(can(OpKind::Linear, type("f32", {3, 64}), type("int4g64", {5, 64})));
            QVERIFY(!can(OpKind::Linear, type("f32", {3, 64}), type("int4g64a", {5, 64})));
            QVERIFY(!can(OpKind::Linear, type("f32", {3, 96}), type("int4g64", {5, 96}))); // half a block
            QVERIFY(!can(OpKind::Linear, type("f32", {3, 32}), type("int4g64", {5, 64}))); // not the same length
            QVERIFY(!can(OpKind::Linear, type("f16", {3, 64}), type("int4g64", {5, 64})));
            QVERIFY(!can(OpKind::Embedding, type("f32", {3, 64}), type("f16", {5, 64})));
            const std::size_t many = std::size_t{1} << 31;
            QVERIFY(!can(OpKind::Linear, type("f32", {3, 64}), type("f32", {many, 64}))); // over every device's limit
        }
        const auto none = makeVulkanBackend("no such device");
        QVERIFY(!none && !none.error().message.empty());
    }

    void tensorsOutliveTheirBackend()
    {
        std::vector<DeviceTensor> kept;
        for (const std::string& name : vulkanDevices())
            if (auto opened = makeVulkanBackend(name))
                kept.push_back((*opened)->upload(Tensor::adoptFloats({3}, {1, 2, 3})).value());
        kept.clear();
    }

    void shadersAreValid()
    {
        const QString validator = QStandardPaths::findExecutable("spirv-val");
        if (validator.isEmpty())
            QSKIP("spirv-val is not installed");
        const QTemporaryDir folder;
        for (const vulkan::PipelineRow& row : vulkan::pipelineRows()) {
            const QString path = folder.filePath(QString::fromStdString(std::string(row.format)) + ".spv");
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(reinterpret_cast<const char*>(row.words.data()), qint64(row.words.size_bytes()));
            file.close();
            QProcess process;
            process.start(validator, {"--target-env", "vulkan1.2", path});
            QVERIFY(process.waitForFinished());
            QVERIFY2(process.exitCode() == 0, process.readAllStandardError() + process.readAllStandardOutput());
        }
    }
};

QTEST_APPLESS_MAIN(VulkanConformanceTest)
#include "vulkan_conformance_test.moc"
