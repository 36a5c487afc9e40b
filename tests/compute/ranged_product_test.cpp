#include "compute/cpu/cpu_backend.h"
#include "compute/cpu/ranged_product.h"
#include "core/backend/executor.h"
#include "core/backend/ranged_layer.h"
#include "core/method/row_packer.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

struct Case {
    Op op;
    Shape input;
    std::size_t outputs = 1, columns = 1;
    bool hasBias = false;
};

Op window(
    std::vector<std::int64_t> kernel, std::vector<std::int64_t> strides, std::vector<std::int64_t> dilations,
    std::vector<std::int64_t> pads)
{
    Op op{OpKind::Convolution, {}};
    op.lists["kernel"] = std::move(kernel);
    op.lists["strides"] = std::move(strides);
    op.lists["dilations"] = std::move(dilations);
    op.lists["pads"] = std::move(pads);
    return op;
}

std::vector<Case> cases()
{
    return {
        {{OpKind::Linear, {}}, {1, 40}, 10, 40, false},
        {{OpKind::Linear, {}}, {7, 64}, 33, 64, true},
        {{OpKind::Linear, {}}, {37, 300}, 17, 300, false},
        {window({3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}), {1, 3, 9, 11}, 5, 27, true},
        {window({3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}), {2, 16, 19, 21}, 20, 144, false},
        {window({3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}), {1, 16, 17, 35}, 32, 144, true},
        {window({5, 4}, {1, 3}, {2, 1}, {0, 2, 3, 1}), {1, 7, 23, 30}, 9, 140, true},
        {window({1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}), {3, 33, 4, 5}, 40, 33, true},
        {window({7}, {2}, {1}, {3, 3}), {2, 9, 50}, 12, 63, false},
        {window({1, 1}, {2, 2}, {1, 1}, {0, 0, 0, 0}), {1, 64, 8, 8}, 16, 64, false}};
}

const char* const formats[] = {"int8g64", "int4g32", "int4g64a", "q8_0",
                               "q4_0",    "q4_k",    "int2g64",  "ternaryg64"};

Tensor weightsOf(const Case& one, const std::string& format, unsigned seed)
{
    const Tensor floats =
        Tensor::adoptFloats({one.outputs, one.columns}, normalValues(one.outputs * one.columns, seed, 0.1f));
    return packByFormat(floats, parseNumberFormat(format).value(), {}, true, {}).value();
}

Tensor normalTensor(const Shape& shape, unsigned seed)
{
    return Tensor::adoptFloats(shape, normalValues(TensorType{nullptr, shape}.elements(), seed));
}

/// Rounded inputs in place of codes, and a product of floats: what QDQ files mean.
Tensor roundedFirst(const Op& op, const InputGrid& grid, std::vector<Tensor> inputs)
{
    const std::unique_ptr<Backend> reference = makeReferenceBackend();
    std::vector<DeviceTensor> on;
    const auto upload = [&](const Tensor& tensor) { return reference->upload(tensor).value(); };
    const auto one = [](float value) { return Tensor::adoptFloats({1, 1}, {value}); };
    const Op rounding{OpKind::QuantizeRows, {{"bits", double(grid.bits)}, {"inner", 1}}};
    const std::vector<DeviceTensor> given{
        upload(inputs[0]), upload(one(grid.scale)), upload(one(grid.zero)),
        upload(Tensor::adoptFloats({1}, {0}))};
    on.push_back(reference->run(rounding, given, {}).value());
    for (std::size_t i = 1; i < inputs.size(); ++i)
        on.push_back(upload(inputs[i]));
    if (op.kind == OpKind::Linear)
        on.resize(2);
    return reference->download(reference->run(op, on, {}).value()).value();
}

} // namespace

/// Products of rounded inputs in whole numbers, against the reference and against rounding first.
class RangedProductTest : public QObject {
    Q_OBJECT

    static std::vector<InputGrid> grids()
    {
        return {{0.02f, 0, 8}, {0.027f, 127, 8}, {0.03f, 91, 8}, {0.4f, 8, 4}, {0.01f, 255, 8}};
    }

private slots:
    void everyInstructionSetAgreesWithTheReference_data()
    {
        QTest::addColumn<QString>("set");
        for (const std::string& set : cpuInstructionSets())
            QTest::newRow(set.c_str()) << QString::fromStdString(set);
    }
    void everyInstructionSetAgreesWithTheReference()
    {
        QFETCH(QString, set);
        const std::unique_ptr<Backend> backend = makeCpuBackend(set.toStdString()).value();
        auto* const products = dynamic_cast<RangedProducts*>(backend.get());
        QVERIFY(products != nullptr);
        double worst = 0;
        unsigned seed = 0;
        for (const Case& one : cases())
            for (const char* const format : formats)
                for (const InputGrid& grid : grids()) {
                    std::vector<Tensor> inputs{
                        normalTensor(one.input, ++seed), weightsOf(one, format, seed + 900)};
                    if (one.hasBias)
                        inputs.push_back(normalTensor({one.outputs}, seed + 77));
                    std::vector<TensorType> types;
                    std::vector<DeviceTensor> on;
                    for (const Tensor& tensor : inputs) {
                        types.push_back(tensor.type());
                        on.push_back(backend->upload(tensor).value());
                    }
                    QVERIFY2(products->supportsRanged(one.op, types), format);
                    const auto made = products->runRanged(one.op, grid, on, {});
                    QVERIFY2(made, made ? "" : made.error().message.c_str());
                    const Tensor got = backend->download(*made).value();
                    const Tensor expected = referenceRangedProduct(one.op, grid, inputs, {}).value();
                    QCOMPARE(got.type().shape, expected.type().shape);
                    const auto a = got.floats(), b = expected.floats();
                    // What sums of floats may lose: of lines' sums, and of the zero point's share.
                    const double size = std::sqrt(double(one.columns)) * 0.1 * double(grid.scale) * 256;
                    for (std::size_t i = 0; i < a.size(); ++i)
                        worst = std::max(worst, std::fabs(double(a[i]) - double(b[i])) / size);
                    QVERIFY2(
                        worst < 4e-6,
                        qPrintable(QString("%1, %2 columns: %3").arg(format).arg(one.columns).arg(worst)));
                }
        qInfo("%s: at most %.2g of the size of a sum", qPrintable(set), worst);
    }

    void wholeNumbersAreRoundingFirst()
    {
        unsigned seed = 40;
        for (const Case& one : cases())
            for (const InputGrid& grid : grids()) {
                std::vector<Tensor> inputs{normalTensor(one.input, ++seed), weightsOf(one, "int8g64", seed)};
                if (one.hasBias && one.op.kind == OpKind::Convolution)
                    inputs.push_back(normalTensor({one.outputs}, seed + 77));
                const Tensor got = referenceRangedProduct(one.op, grid, inputs, {}).value();
                const Tensor expected = roundedFirst(one.op, grid, inputs);
                for (std::size_t i = 0; i < got.floats().size(); ++i)
                    QVERIFY(isNear(
                        double(got.floats()[i]), double(expected.floats()[i]),
                        3e-6 * (1 + std::fabs(double(expected.floats()[i])))));
            }
    }

    // quant-survey 2: zero points on both sides. Scales of 1 and 1/2, so that floats hold every sum.
    void zeroPointsOnBothSidesAreExact()
    {
        constexpr std::size_t tokens = 7, outputs = 33, inputs = 320;
        const InputGrid grid{0.5f, 91, 8};
        std::mt19937 random(11);
        std::vector<float> x(tokens * inputs), w(outputs * inputs);
        for (float& value : x)
            value = grid.scale * float(int(random() % 256) - 91);
        for (std::size_t i = 0; i < w.size(); ++i) // both ends of the range in every group
            w[i] = i % 64 == 0 ? -5.0f : i % 64 == 1 ? 10.0f : float(int(random() % 16) - 5);
        const Tensor weights = packByFormat(
                                   Tensor::adoptFloats({outputs, inputs}, w),
                                   parseNumberFormat("uint4g64").value(), {}, false, {})
                                   .value();
        QVERIFY(weights.toFloats() == w);
        const std::vector<Tensor> factors{Tensor::adoptFloats({tokens, inputs}, x), weights};
        std::vector<std::vector<float>> found{
            referenceRangedProduct({OpKind::Linear, {}}, grid, factors, {}).value().toFloats()};
        for (const std::string& set : cpuInstructionSets()) {
            const std::unique_ptr<Backend> backend = makeCpuBackend(set).value();
            const std::vector<DeviceTensor> on{
                backend->upload(factors[0]).value(), backend->upload(factors[1]).value()};
            auto* const products = dynamic_cast<RangedProducts*>(backend.get());
            found.push_back(
                backend->download(products->runRanged({OpKind::Linear, {}}, grid, on, {}).value())
                    .value()
                    .toFloats());
        }
        for (const std::vector<float>& y : found)
            for (std::size_t t = 0; t < tokens; ++t)
                for (std::size_t o = 0; o < outputs; ++o) {
                    std::int64_t halves = 0;
                    for (std::size_t c = 0; c < inputs; ++c)
                        halves += std::int64_t(2 * x[t * inputs + c]) * std::int64_t(w[o * inputs + c]);
                    QVERIFY2(
                        double(y[t * outputs + o]) == double(halves) / 2,
                        qPrintable(QString("%1, not %2").arg(double(y[t * outputs + o])).arg(double(halves) / 2)));
                }
    }

    void infinitiesAreHeldAndWhatIsNoNumberIsLeftToFloats()
    {
        const std::unique_ptr<Backend> backend = makeCpuBackend().value();
        auto* const products = dynamic_cast<RangedProducts*>(backend.get());
        const Case one = cases()[4];
        const InputGrid grid{0.02f, 100, 8};
        std::vector<float> x = normalValues(TensorType{nullptr, one.input}.elements(), 3);
        x[5] = std::numeric_limits<float>::infinity();
        const Tensor weights = weightsOf(one, "int8g64", 4);
        const auto run = [&] {
            const std::vector<DeviceTensor> on{
                backend->upload(Tensor::adoptFloats(one.input, x)).value(), backend->upload(weights).value()};
            return products->runRanged(one.op, grid, on, {});
        };
        const auto held = run();
        QVERIFY(held);
        for (const float value : backend->download(*held).value().floats())
            QVERIFY(std::isfinite(value));
        x[6] = std::numeric_limits<float>::quiet_NaN();
        const auto refused = run();
        QVERIFY(!refused && refused.error().code == ErrorCode::Unsupported);
    }

    void theExecutorUsesThemWhereALayerAllowsIt()
    {
        const Case one = cases()[5];
        for (const std::size_t ranges : {std::size_t(1), std::size_t(16)}) { // one for all, or one a channel
            GraphBuilder inner;
            const ValueId rounded = inner.add(
                {OpKind::QuantizeRows, {{"bits", 8}}}, {inner.input()},
                {TensorId{1}, TensorId{2}, TensorId{3}});
            LayerReplacement replacement{
                .graph = {},
                .parts =
                    {{"weights", weightsOf(one, "int8g64", 3), false},
                     {"input.scales", Tensor::adoptFloats({1, ranges}, std::vector<float>(ranges, 0.03f)),
                      false},
                     {"input.zeros", Tensor::adoptFloats({1, ranges}, std::vector<float>(ranges, 110)),
                      false},
                     {"input.times", Tensor::adoptFloats({1}, {0}), false}},
                .outputs = one.outputs,
                .inputs = one.columns};
            replacement.graph =
                std::move(inner).finish(inner.add({OpKind::Linear, {}}, {rounded}, {TensorId{0}}));
            GraphBuilder outer;
            const ValueId y = outer.add(one.op, {outer.input()}, {TensorId{7}});
            const Graph graph = std::move(outer).finish(y);
            std::vector<std::unique_ptr<Backend>> backends;
            backends.push_back(makeCpuBackend().value());
            backends.push_back(makeReferenceBackend());
            Executor executor(std::move(backends));
            const CompressedLayer layer(std::move(replacement));
            const auto run = [&](bool whole) {
                executor.multipliesWholeNumbers = whole;
                ValueMap values{{graph.input, normalTensor(one.input, 8)}};
                const auto weights = [&](TensorId) -> Result<Executor::Weights> {
                    return Executor::Weights{layer, keyOf("layer", std::uint64_t(ranges))};
                };
                const auto done = executor.run(graph, 0, graph.stageCount - 1, values, weights, nullptr, {});
                return done ? values.at(y).toFloats() : std::vector<float>();
            };
            const std::vector<float> whole = run(true);
            QCOMPARE(executor.wholeNumberLayers().size(), std::size_t(ranges == 1 ? 1 : 0));
            const std::vector<float> floats = run(false);
            QVERIFY(executor.wholeNumberLayers().empty());
            QVERIFY(!whole.empty() && whole.size() == floats.size());
            for (std::size_t i = 0; i < whole.size(); ++i)
                QVERIFY(isNear(double(whole[i]), double(floats[i]), 2e-5));
        }
    }

    void picturesThatAreCutOrGrowEndlesslyAreLeftToFloats()
    {
        const TensorType weights{parseNumberFormat("int8g64").value(), {5, 27}};
        QVERIFY(cpu::hasRangedProduct(window({3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}), weights));
        QVERIFY(!cpu::hasRangedProduct(window({3, 3}, {1, 1}, {1, 1}, {-1, 0, -1, 0}), weights));
        QVERIFY(!cpu::hasRangedProduct(window({3, 3}, {1, 1}, {1, 1}, {0, 1 << 20, 0, 0}), weights));
        QVERIFY(!cpu::hasRangedProduct(window({3, 3}, {1 << 20, 1}, {1, 1}, {0, 0, 0, 0}), weights));
        QVERIFY(!cpu::hasRangedProduct(window({3, 3}, {1, 1}, {1, 1 << 20}, {0, 0, 0, 0}), weights));
    }
};

QTEST_APPLESS_MAIN(RangedProductTest)
#include "ranged_product_test.moc"
