#include "compute/cpu/cpu_backend.h"
#include "compute/vulkan/formats.h"
#include "compute/vulkan/vulkan_backend.h"

#include "tests/support/vulkan_device.h"
#include "tests/support/weights.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <set>

using namespace tritloom;
using fixture::normalValues;
using fixture::randomWeights;

namespace {

struct ProductShape {
    std::size_t tokens, outputs, blocks;
};

/// Odd on purpose: one of everything, few tokens, edges of tiles, rows that no tile divides.
constexpr ProductShape shapes[] = {{1, 1, 1}, {1, 67, 2}, {3, 33, 3}, {9, 67, 3}, {65, 129, 1}};

/// Formats of every row, with lines of odd lengths besides.
std::vector<std::string> formats()
{
    std::vector<std::string> ids{"f16",      "int4g288", "int3g16", "ternaryg1024",
                                 "int8g16a", "int5g96",  "int4g8"};
    for (const NumberFormatFamily& family : numberFormatFamilies())
        for (const std::string& id : family.examples())
            if (vulkan::formatRowFor(*parseNumberFormat(id).value()) != nullptr)
                ids.push_back(id);
    return ids;
}

Result<std::vector<float>> product(Backend& backend, const Tensor& x, const Tensor& weights)
{
    const DeviceTensor inputs[] = {TRY(backend.upload(x)), TRY(backend.upload(weights))};
    return TRY(backend.download(TRY(backend.run({OpKind::Linear, {}}, inputs, {})))).toFloats();
}

} // namespace

/// Products in the mode that rounds activations to 8 bits are those of the CPU's mode of that name, and those
/// in half precision as near as is said.
class VulkanRoundedProductTest : public QObject {
    Q_OBJECT

    static VulkanOptions optionsOf(VulkanNarrow narrow)
    {
        VulkanOptions options;
        options.memory = VulkanMemory::Guarded;
        options.products = VulkanProducts::EightBit;
        options.narrow = narrow;
        return options;
    }

private slots:
    void productsAgreeWithTheCpu_data()
    {
        QTest::addColumn<QString>("device");
        QTest::addColumn<bool>("dots");
        for (const std::string& device : vulkanDevices())
            for (const bool dots : {true, false})
                QTest::addRow("%s, %s", device.c_str(), dots ? "dot products of bytes" : "floats")
                    << QString::fromStdString(device) << dots;
        if (vulkanDevices().empty())
            QTest::newRow("no device") << QString() << false;
    }
    void productsAgreeWithTheCpu()
    {
        QFETCH(QString, device);
        QFETCH(bool, dots);
        if (device.isEmpty())
            QSKIP("there is no Vulkan device here");
        auto opened =
            openVulkan(device.toStdString(), optionsOf(dots ? VulkanNarrow::Always : VulkanNarrow::Never));
        if (!opened)
            QSKIP(opened.error().message.c_str());
        const auto cpu = makeCpuBackend({}, CpuActivations::EightBit).value();
        double worst = 0;
        // Software devices compile each kind of product for long: all kinds of one format a shader, and of
        // the others that they are read well; few tokens at once, where nothing depends on the format, of
        // some.
        std::set<const vulkan::Shader*> whole;
        const std::set<std::string> always{"int4g288", "q4_k"};
        for (const std::string& id : formats()) {
            const NumberFormatPtr format = parseNumberFormat(id).value();
            const bool isFirst = whole.insert(vulkan::formatRowFor(*format)->shader).second;
            if (!dots && !always.contains(id) && id != "nf4g64" && id != "nvfp4" && id != "q2_0")
                continue;
            for (const auto& [tokens, outputs, blocks] : shapes) {
                const bool isFew = tokens > 1 && tokens < 9;
                if (tokens > 1 && !always.contains(id) && (isFew || !isFirst))
                    continue;
                const std::size_t block = format->blockElements();
                const std::size_t columns = block * blocks - (blocks == 3 && block > 8 ? 5 : 0);
                const Tensor weights = randomWeights(format, outputs, columns);
                const std::vector<float> values = normalValues(tokens * columns, 1), w = weights.toFloats();
                const Tensor x = Tensor::adoptFloats({tokens, columns}, values);
                const auto expected = product(*cpu, x, weights), made = product(**opened, x, weights);
                QVERIFY2(made, made ? "" : made.error().message.c_str());
                QCOMPARE(made->size(), expected->size());
                for (std::size_t i = 0; i < made->size(); ++i) {
                    double size = 1e-30;
                    for (std::size_t c = 0; c < columns; ++c)
                        size += std::fabs(
                            double(w[i % outputs * columns + c]) * double(values[i / outputs * columns + c]));
                    // The bound of the CPU's own test: a tie may round to the other side.
                    const double off = std::fabs(double((*made)[i]) - double((*expected)[i])) / size;
                    worst = std::max(worst, off);
                    QVERIFY2(
                        off < 2e-5,
                        qPrintable(QString("%1, %2 tokens, %3 x %4, [%5]: %6, expected %7")
                                       .arg(id.c_str())
                                       .arg(tokens)
                                       .arg(outputs)
                                       .arg(columns)
                                       .arg(i)
                                       .arg((*made)[i])
                                       .arg((*expected)[i])));
                }
            }
        }
        qInfo("at most %.2g of the sum of magnitudes", worst);
    }

    void oddActivationsAreHeld()
    {
        for (const VulkanNarrow narrow : {VulkanNarrow::Always, VulkanNarrow::Never}) {
            TRITLOOM_NEEDS_VULKAN(backend, optionsOf(narrow));
            for (const char* const id : {"q8_0", "q4_k", "int4g64"}) {
                const Tensor weights = randomWeights(parseNumberFormat(id).value(), 5, 512);
                std::vector<float> x = normalValues(2 * 512, 3);
                std::fill_n(x.begin(), 256, 0.0f); // a run of zeros
                x[300] = 1e-35f; // small, and alone neither zero nor invertible
                x[512 + 40] = -1e6f;
                const auto large = product(*backend, Tensor::adoptFloats({2, 512}, x), weights);
                QVERIFY(large);
                for (const float y : *large)
                    QVERIFY2(std::isfinite(y), id);
                x[512 + 40] = std::numeric_limits<float>::infinity();
                const auto infinite = product(*backend, Tensor::adoptFloats({2, 512}, x), weights);
                for (std::size_t i = 0; i < 10; ++i)
                    QCOMPARE(std::isnan((*infinite)[i]), i >= 5);
            }
        }
    }

    void halvesAreOffByWhatIsSaid()
    {
        VulkanOptions options = optionsOf(VulkanNarrow::Always);
        options.products = VulkanProducts::Half;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        double worst = 0;
        bool isRounded = false;
        for (const char* const id : {"f32", "f16", "q4_k", "int4g64"})
            for (const std::size_t tokens : {1, 9, 67}) {
                const Tensor weights = randomWeights(parseNumberFormat(id).value(), 70, 512);
                const std::vector<float> x = normalValues(tokens * 512, 3), w = weights.toFloats();
                const auto made = product(*backend, Tensor::adoptFloats({tokens, 512}, x), weights);
                QVERIFY2(made, made ? "" : made.error().message.c_str());
                for (std::size_t i = 0; i < made->size(); ++i) {
                    double expected = 0, size = 0;
                    for (std::size_t c = 0; c < 512; ++c) {
                        const double term = double(w[i % 70 * 512 + c]) * double(x[i / 70 * 512 + c]);
                        expected += term;
                        size += std::fabs(term);
                    }
                    const double off = std::fabs(double((*made)[i]) - expected) / size;
                    QVERIFY2(off < (tokens > 8 ? 0x1p-10 : 1e-6), id);
                    isRounded |= off > 1e-6;
                    worst = std::max(worst, off);
                }
            }
        if (!isRounded)
            QSKIP("the device has no f16: products stayed as they are");
        qInfo("halves: at most %.2g of the sum of magnitudes", worst);
    }

    void convolutionsInHalvesAreOffByWhatIsSaid()
    {
        VulkanOptions options = optionsOf(VulkanNarrow::Always);
        options.products = VulkanProducts::Half;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        Op op{OpKind::Convolution, {}};
        op.lists = {{"kernel", {3, 3}}, {"strides", {1, 2}}, {"dilations", {1, 1}}, {"pads", {1, 1, 1, 1}}};
        const auto reference = makeReferenceBackend();
        const auto convolved = [&](Backend& on, std::vector<float> x, std::vector<float> w) {
            const DeviceTensor inputs[] = {
                on.upload(Tensor::adoptFloats({2, 5, 9, 11}, std::move(x))).value(),
                on.upload(Tensor::adoptFloats({20, 45}, std::move(w))).value()};
            return on.download(on.run(op, inputs, {}).value()).value().toFloats();
        };
        std::vector<float> x = normalValues(2 * 5 * 9 * 11, 5), w = normalValues(20 * 45, 6);
        const std::vector<float> made = convolved(*backend, x, w), expected = convolved(*reference, x, w);
        for (std::vector<float>* const values : {&x, &w})
            for (float& value : *values)
                value = std::fabs(value);
        const std::vector<float> sizes = convolved(*reference, x, w); // sums of magnitudes
        QCOMPARE(made.size(), expected.size());
        bool isRounded = false;
        for (std::size_t i = 0; i < made.size(); ++i) {
            QVERIFY(std::fabs(made[i] - expected[i]) < 0x1p-10f * sizes[i]);
            isRounded |= std::fabs(made[i] - expected[i]) > 1e-6f * sizes[i];
        }
        if (!isRounded)
            QSKIP("the device has no f16: convolutions stayed as they are");
    }

    void theValidationLayerFindsNothing()
    {
        const Tensor weights = randomWeights(parseNumberFormat("q4_k").value(), 67, 512);
        for (const VulkanProducts products : {VulkanProducts::EightBit, VulkanProducts::Half}) {
            VulkanOptions options = optionsOf(VulkanNarrow::Always);
            options.memory = VulkanMemory::Automatic;
            options.validation = true;
            options.products = products;
            TRITLOOM_NEEDS_VULKAN(backend, options);
            for (const std::size_t tokens : {1, 4, 70}) {
                const auto made = product(
                    *backend, Tensor::adoptFloats({tokens, 512}, normalValues(tokens * 512, 1)), weights);
                QVERIFY2(made, made ? "" : made.error().message.c_str());
            }
        }
    }
};

QTEST_APPLESS_MAIN(VulkanRoundedProductTest)
#include "vulkan_rounded_product_test.moc"
