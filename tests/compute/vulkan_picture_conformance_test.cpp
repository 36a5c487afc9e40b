#include "compute/vulkan/formats.h"
#include "compute/vulkan/ops.h"

#include "tests/compute/picture_cases.h"
#include "tests/support/vulkan_device.h"
#include "tests/support/weights.h"

#include <QTest>

#include <set>

using namespace tritloom;

namespace {

/// What the device leaves to the next backend; the README says the same.
const std::set<std::string> leftToTheHost{"convolution 3d", "a large volume"};

bool canRun(const Backend& backend, const OpCase& c)
{
    std::vector<TensorType> types;
    for (const Tensor& input : c.inputs)
        types.push_back(input.type());
    return backend.supports(c.op, types);
}

OpCase convolutionIn(
    const NumberFormatPtr& format, OpKind kind, std::size_t channels, std::size_t outputs, std::size_t groups,
    std::int64_t kernel)
{
    const auto taps = std::size_t(kernel * kernel);
    const bool isTransposed = kind == OpKind::TransposedConvolution;
    const Shape matrix =
        isTransposed ? Shape{outputs / groups * taps, channels} : Shape{outputs, channels / groups * taps};
    return {
        fmt::format("{} {} {} -> {} in {} groups", format->id(), nameOf(kind), channels, outputs, groups),
        windowed(
            kind, {{"kernel", {kernel, kernel}}, {"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}},
            double(groups)),
        {gaussian({2, channels, 7, 9}, 1), fixture::randomWeights(format, matrix[0], matrix[1]),
         gaussian({outputs}, 3)}};
}

} // namespace

/// Every op of networks on pictures agrees with the reference on every Vulkan device here.
class VulkanPictureConformanceTest : public QObject {
    Q_OBJECT

private slots:
    void opsAgreeWithTheReference_data() { addVulkanRows(); }
    void opsAgreeWithTheReference()
    {
        TRITLOOM_NEEDS_THIS_VULKAN(backend);
        std::vector<OpCase> cases = pictureCases();
        for (OpCase& further : furtherPictureCases())
            cases.push_back(std::move(further));
        const auto reference = makeReferenceBackend();
        for (const OpCase& c : cases) {
            QVERIFY2(canRun(*backend, c) != leftToTheHost.contains(c.name), c.name.c_str());
            if (leftToTheHost.contains(c.name))
                continue;
            const auto actual = resultOf(*backend, c);
            QVERIFY2(actual.has_value(), actual ? "" : (c.name + ": " + actual.error().message).c_str());
            const QString wrong = differenceOf(*actual, resultOf(*reference, c).value(), 3e-5f);
            QVERIFY2(wrong.isEmpty(), qPrintable(QString("%1 %2").arg(c.name.c_str(), wrong)));
        }
    }

    void everyRowIsTested()
    {
        // Those of language models are vulkan_conformance_test's.
        std::set<OpKind> tested;
        for (const OpCase& c : pictureCases())
            tested.insert(c.op.kind);
        for (const OpCase& c : furtherPictureCases())
            tested.insert(c.op.kind);
        for (const vulkan::OpRow& row : vulkan::opRows())
            if (row.kind >= OpKind::Constant)
                QVERIFY2(tested.contains(row.kind), nameOf(row.kind).data());
    }

    void convolutionsAgreeInEveryFormat_data() { addVulkanRows(); }
    void convolutionsAgreeInEveryFormat()
    {
        TRITLOOM_NEEDS_THIS_VULKAN(backend);
        const auto reference = makeReferenceBackend();
        // Weights are decoded by what vulkan_conformance_test holds against the reference for every format.
        // Software devices compile each kind of product of each shader for half a second, so all kinds are
        // tested of some.
        const std::set<std::string> whole{"f32", "int3g64", "q4_k"};
        std::set<const vulkan::Shader*> seen;
        std::size_t met = 0;
        for (const NumberFormatFamily& family : numberFormatFamilies())
            for (const std::string& id : family.examples()) {
                const NumberFormatPtr format = parseNumberFormat(id).value();
                const vulkan::FormatRow* const row = vulkan::formatRowFor(*format);
                if (row == nullptr || (!whole.contains(id) && (guarded || !seen.insert(row->shader).second)))
                    continue;
                std::vector<OpCase> cases{convolutionIn(format, OpKind::Convolution, 6, 18, 1, 3)};
                if (whole.contains(id)) {
                    ++met;
                    cases.push_back(convolutionIn(format, OpKind::Convolution, 6, 66, 1, 3));
                    cases.push_back(convolutionIn(format, OpKind::Convolution, 6, 6, 3, 5));
                    cases.push_back(convolutionIn(format, OpKind::TransposedConvolution, 20, 6, 2, 3));
                }
                for (const OpCase& c : cases) {
                    QVERIFY2(canRun(*backend, c), c.name.c_str());
                    const auto actual = resultOf(*backend, c);
                    QVERIFY2(actual.has_value(), actual ? "" : actual.error().message.c_str());
                    const QString wrong = differenceOf(*actual, resultOf(*reference, c).value(), 5e-5f);
                    QVERIFY2(wrong.isEmpty(), qPrintable(QString("%1 %2").arg(c.name.c_str(), wrong)));
                }
            }
        QCOMPARE(met, whole.size());
    }

    void batchesLargerThanABufferAreCut()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        // 70 MiB a picture and two of them: over the 128 MiB that llvmpipe allows, so one after the other.
        const std::size_t channels = 4, height = 2176, width = 2112, pictures = 2;
        std::vector<float> x(pictures * channels * height * width);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = float(i % 1009);
        const Tensor weights = Tensor::adoptFloats({1, channels}, {1, 0, 0, 2});
        const OpCase c{
            "large",
            windowed(OpKind::Convolution, {{"kernel", {1, 1}}}),
            {Tensor::adoptFloats({pictures, channels, height, width}, x), weights}};
        QVERIFY(canRun(*backend, c));
        const auto y = resultOf(*backend, c);
        QVERIFY2(y.has_value(), y ? "" : y.error().message.c_str());
        const std::size_t plane = height * width;
        for (std::size_t n = 0; n < pictures; ++n)
            for (std::size_t p = 0; p < plane; p += 97) {
                const std::size_t first = n * channels * plane + p;
                QCOMPARE((*y)[n * plane + p], x[first] + 2 * x[first + 3 * plane]);
            }
    }

    void indicesOutsideAreRefused()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        for (const float index : {3.0f, -4.0f}) {
            const auto outside = resultOf(
                *backend,
                {"outside",
                 {OpKind::Gather, {{"axis", 0}}},
                 {gaussian({3, 2}, 1), Tensor::adoptFloats({1}, {index})}});
            QVERIFY(!outside && outside.error().code == ErrorCode::InvalidInput);
        }
    }

    void theValidationLayerFindsNothing()
    {
        VulkanOptions options;
        options.validation = true;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        std::set<OpKind> seen;
        std::vector<OpCase> cases = furtherPictureCases();
        for (OpCase& further : pictureCases())
            cases.push_back(std::move(further));
        for (const OpCase& c : cases) { // one of each op; of convolutions all kinds of products
            const bool isConvolution =
                c.op.kind == OpKind::Convolution || c.op.kind == OpKind::TransposedConvolution;
            if (leftToTheHost.contains(c.name) || (!seen.insert(c.op.kind).second && !isConvolution))
                continue;
            const auto done = resultOf(*backend, c);
            QVERIFY2(done.has_value(), done ? "" : done.error().message.c_str());
        }
    }
};

QTEST_APPLESS_MAIN(VulkanPictureConformanceTest)
#include "vulkan_picture_conformance_test.moc"
