#include "compute/cpu/cpu_backend.h"

#include "tests/compute/picture_cases.h"
#include "tests/support/sanitized.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

using namespace tritloom;

namespace {

std::vector<OpCase> longCases()
{
    std::vector<OpCase> list;
    const auto add = [&](std::string name, Op op, std::vector<Tensor> inputs) {
        list.push_back({std::move(name), std::move(op), std::move(inputs)});
    };
    const auto resized = [](double mode, double transform) {
        return Op{
            OpKind::Resize,
            {{"mode", mode},
             {"transform", transform},
             {"nearest", double(ResizeNearest::Floor)},
             {"scale2", 400},
             {"scale3", 400}},
            {{"sizes", {1, 4, 6400, 6400}}}};
    };
    const Tensor small = gaussian({1, 4, 16, 16}, 1), large = gaussian({1, 16, 1500, 1500}, 2);
    add("resized by copies", resized(double(ResizeMode::Nearest), double(ResizeTransform::Asymmetric)),
        {small});
    add("resized between", resized(double(ResizeMode::Linear), double(ResizeTransform::HalfPixel)), {small});
    add("expanded", {OpKind::Expand, {}, {{"shape", {600, 4, 256, 256}}}}, {gaussian({1, 4, 256, 1}, 3)});
    add("padded", {OpKind::Pad, {{"mode", 0}}, {{"pads", {0, 0, 3000, 3000, 0, 0, 3000, 3000}}}}, {small});
    add("from depth to space", {OpKind::DepthToSpace, {{"block", 4}}}, {large});
    add("transposed", {OpKind::Transpose, {}, {{"permutation", {0, 3, 1, 2}}}}, {large});
    add("spread windows", windowed(OpKind::TransposedConvolution, {{"kernel", {8, 8}}, {"strides", {8, 8}}}),
        {gaussian({1, 64, 128, 128}, 4), gaussian({64 * 64, 64}, 5)});
    const auto convolved = [&](const char* name, std::vector<std::int64_t> kernel, double groups, Shape x,
                               std::size_t outputs) {
        std::size_t columns = x[1] / std::size_t(groups);
        std::vector<std::int64_t> pads;
        for (const std::int64_t size : kernel) {
            columns *= std::size_t(size);
            pads.push_back(size / 2);
        }
        pads.insert(pads.end(), pads.begin(), pads.end());
        add(name, windowed(OpKind::Convolution, {{"kernel", std::move(kernel)}, {"pads", pads}}, groups),
            {gaussian(std::move(x), 6), gaussian({outputs, columns}, 7)});
    };
    convolved("windows of many pictures", {3, 3}, 1, {16, 64, 160, 160}, 128);
    convolved("windows of many small pictures", {3, 3}, 1, {3000, 32, 12, 12}, 64);
    convolved("windows in groups", {3, 3}, 4, {1, 256, 256, 256}, 512);
    convolved("windows of a channel each", {7, 7}, 256, {2, 256, 320, 320}, 256);
    convolved("windows along a line", {9}, 1, {1, 256, 120000}, 256);
    convolved("windows of a volume", {3, 3, 3}, 1, {1, 64, 24, 128, 128}, 64);
    convolved("windows of long rows", {3, 3}, 1, {1, 512, 16, 4096}, 128);
    add("spread windows in groups",
        windowed(OpKind::TransposedConvolution, {{"kernel", {4, 4}}, {"strides", {2, 2}}}, 4),
        {gaussian({2, 256, 128, 128}, 4), gaussian({64 * 16, 256}, 5)});
    add("largest of windows", windowed(OpKind::MaxPool, {{"kernel", {31, 31}}, {"strides", {1, 1}}}),
        {large});
    add("sums", {OpKind::Reduce, {{"function", double(ReduceFunction::Sum)}}, {{"axes", {1}}}}, {large});
    add("added", {OpKind::Binary, {{"function", double(BinaryFunction::Power)}}}, {large, large});
    add("function", {OpKind::Unary, {{"function", double(UnaryFunction::Erf)}}}, {large});
    return list;
}

} // namespace

/// Ops that make, or look at, very many numbers leave off where they are when they are told to.
class CancelledOpsTest : public QObject {
    Q_OBJECT

private slots:
    void longOpsEndWithinFiftyMilliseconds_data()
    {
        QTest::addColumn<int>("index");
        QTest::addColumn<bool>("isReference");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            for (const bool isReference : {false, true})
                QTest::addRow("%s, %s", m_cases[i].name.c_str(), isReference ? "reference" : "cpu")
                    << int(i) << isReference;
    }
    void longOpsEndWithinFiftyMilliseconds()
    {
        QFETCH(int, index);
        QFETCH(bool, isReference);
        using Clock = std::chrono::steady_clock;
        const auto cpu = makeCpuBackend().value(), reference = makeReferenceBackend();
        const OpCase& c = m_cases[std::size_t(index)];
        std::vector<TensorType> types;
        for (const Tensor& input : c.inputs)
            types.push_back(input.type());
        Backend& backend = isReference || !cpu->supports(c.op, types) ? *reference : *cpu;
        std::vector<DeviceTensor> inputs;
        for (const Tensor& input : c.inputs)
            inputs.push_back(backend.upload(input).value());
        constexpr double most = 50 * fixture::slowdown;
        double shortest = 1e9; // other programs may take the processor once
        for (int attempt = 0; attempt < 5 && shortest >= most; ++attempt) {
            std::stop_source source;
            Clock::time_point asked;
            std::thread other([&] {
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                asked = Clock::now();
                source.request_stop();
            });
            const auto result = backend.run(c.op, inputs, source.get_token());
            const auto ended = Clock::now();
            other.join();
            QVERIFY(!result);
            QCOMPARE(result.error().code, ErrorCode::Cancelled);
            shortest = std::min(shortest, std::chrono::duration<double, std::milli>(ended - asked).count());
        }
        QVERIFY2(shortest < most, qPrintable(QString("%1 ms").arg(shortest)));
    }

private:
    const std::vector<OpCase> m_cases = longCases();
};

QTEST_APPLESS_MAIN(CancelledOpsTest)
#include "cancelled_ops_test.moc"
