#include "plugins/block_reconstruction/block_rounding.h"

#include "core/base/parallel.h"
#include "core/method/row_packer.h"
#include "core/method/row_state.h"
#include "tests/compute/picture_cases.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;

namespace {

constexpr std::size_t channels = 4, side = 5, partCount = 6;

/// conv 3 x 3 with padding 1, without bias, as its definition says: x [channels, side, side], w [channels,
/// channels * 9].
std::vector<double> convolved(const std::vector<double>& x, const std::vector<double>& w)
{
    std::vector<double> y(channels * side * side);
    for (std::size_t o = 0; o < channels; ++o)
        for (int r = 0; r < int(side); ++r)
            for (int c = 0; c < int(side); ++c)
                for (std::size_t i = 0; i < channels; ++i)
                    for (int u = -1; u <= 1; ++u)
                        for (int v = -1; v <= 1; ++v)
                            if (r + u >= 0 && r + u < int(side) && c + v >= 0 && c + v < int(side))
                                y[(o * side + std::size_t(r)) * side + std::size_t(c)] +=
                                    x[(i * side + std::size_t(r + u)) * side + std::size_t(c + v)]
                                    * w[(o * channels + i) * 9 + std::size_t((u + 1) * 3 + v + 1)];
    return y;
}

std::vector<double> doubles(const Tensor& tensor)
{
    const std::vector<float> values = tensor.toFloats();
    return {values.begin(), values.end()};
}

/// y = x + conv2(relu(conv1(x))) on some parts, whose rounded inputs differ a little.
struct Residual {
    Graph graph;
    NetworkBlock block;
    TensorMap tensors;
    std::vector<PartValues> parts;
    std::vector<std::size_t> all;
    ValueId input{};

    Residual()
    {
        GraphBuilder builder;
        input = builder.addInput("x", {1, channels, side, side});
        const auto convolution = [&](ValueId x, std::uint32_t tensor) {
            return builder.add(
                windowed(OpKind::Convolution, {{"kernel", {3, 3}}, {"pads", {1, 1, 1, 1}}}), {x},
                {TensorId(tensor)});
        };
        const ValueId inner = builder.add(
            {OpKind::Unary, {{"function", double(UnaryFunction::Relu)}}}, {convolution(input, 0)});
        const ValueId output = builder.add(
            {OpKind::Binary, {{"function", double(BinaryFunction::Add)}}}, {convolution(inner, 1), input});
        graph = std::move(builder).finish(output);
        for (const std::uint32_t t : {0, 1})
            tensors[TensorId(t)] = gaussian({channels, channels * 9}, 5 + t, 0.2f);
        block = networkBlocks(graph, {TensorId(0), TensorId(1)}, 4).at(0);
        for (std::size_t p = 0; p < partCount; ++p) {
            PartValues part;
            part.stored[input] = gaussian({1, channels, side, side}, unsigned(20 + p));
            std::vector<float> near = part.stored[input].toFloats();
            for (std::size_t i = 0; i < near.size(); ++i)
                near[i] += 0.1f * std::sin(float(i + p));
            part.rounded[input] = Tensor::adoptFloats({1, channels, side, side}, std::move(near));
            parts.push_back(std::move(part));
            all.push_back(p);
        }
    }
    [[nodiscard]] BlockData data()
    {
        BlockData made(*gradientEngine().value(), graph, block, parts, tensors);
        // By the test's own arithmetic, in place of the program's backend.
        const auto y = outputs(doubles(parts[0].stored.at(input)), doubles(tensors.at(TensorId(0))),
            doubles(tensors.at(TensorId(1)))).second;
        const std::vector<float> floats(y.begin(), y.end());
        const auto ran = made.runAsStored(
            {{graph.output, Tensor::fromFloats({1, channels, side, side}, floats)}}, {});
        if (!ran)
            qFatal("%s", ran.error().message.c_str());
        return made;
    }
    [[nodiscard]] BlockRounding rounding(const char* format) const
    {
        BlockRounding made;
        for (const auto& [id, tensor] : tensors)
            made.add(id, tensor, encodedAs(format, tensor.type().shape, tensor.floats()));
        return made;
    }
    /// What the first layer makes and what the block makes.
    static std::pair<std::vector<double>, std::vector<double>>
    outputs(const std::vector<double>& x, const std::vector<double>& a, const std::vector<double>& b)
    {
        const std::vector<double> first = convolved(x, a);
        std::vector<double> positive = first;
        for (double& value : positive)
            value = std::max(value, 0.0);
        std::vector<double> y = convolved(positive, b);
        for (std::size_t i = 0; i < y.size(); ++i)
            y[i] += x[i];
        return {first, y};
    }
    /// EDA-DM's loss by its definition: over channels a sum, over all else a mean.
    [[nodiscard]] double lossOf(const TensorMap& replaced, double kappa) const
    {
        double sum = 0;
        for (const PartValues& part : parts) {
            const auto expected = outputs(
                doubles(part.stored.at(input)), doubles(tensors.at(TensorId(0))),
                doubles(tensors.at(TensorId(1))));
            const auto made = outputs(
                doubles(part.rounded.at(input)), doubles(replaced.at(TensorId(0))),
                doubles(replaced.at(TensorId(1))));
            for (std::size_t i = 0; i < made.second.size(); ++i)
                sum += std::pow(made.second[i] - expected.second[i], 2)
                    + kappa * std::pow(made.first[i] - expected.first[i], 2);
        }
        return sum / double(partCount * side * side);
    }
};

} // namespace

/// The checks of methods/eda-dm.md on the reconstruction of a block, held against its own arithmetic; 4 is in
/// adaround_test, 7 in block_reconstruction_test.
class BlockRoundingTest : public QObject {
    Q_OBJECT

private slots:
    // eda-dm 5: with kappa 0 and the regulariser the loss is BRECQ's, of which only the block's output counts.
    void theLossAndItsSlopesAreWhatTheFormulaSays_data()
    {
        QTest::addColumn<double>("kappa");
        QTest::addColumn<float>("lambda");
        QTest::newRow("BRECQ") << 0.0 << 0.01f;
        QTest::newRow("Q-Diffusion before its regulariser") << 0.0 << 0.0f;
        QTest::newRow("EDA-DM") << 0.8 << 0.0f;
        QTest::newRow("both") << 0.8 << 0.01f;
    }
    void theLossAndItsSlopesAreWhatTheFormulaSays()
    {
        QFETCH(double, kappa);
        QFETCH(float, lambda);
        Residual network;
        const BlockData data = network.data();
        BlockRounding rounding = network.rounding("int3g40");
        constexpr float beta = 6;
        const auto lossNow = [&] {
            double sum = network.lossOf(rounding.soft(), kappa);
            for (const TensorId id : rounding.tensors())
                for (const float v : rounding.variables(id))
                    if (v != 0) // 0: a clipped weight, or none
                        sum += double(lambda)
                            * (1 - std::pow(std::abs(2 * double(rectifiedSigmoid(v)) - 1), double(beta)));
            return sum;
        };
        const auto found =
            data.loss({.parts = network.all, .kappa = kappa}, rounding.soft(), rounding.tensors(), {}).value();
        const double expected = network.lossOf(rounding.soft(), kappa);
        QVERIFY2(
            std::abs(found.value - expected) <= 1e-4 * expected,
            qPrintable(QString("%1, %2").arg(found.value).arg(expected)));
        double farthest = 0, largest = 0;
        for (const TensorId id : rounding.tensors()) {
            const std::vector<float> slopes =
                rounding.slopesByV(id, found.slopes.at(id), lambda, beta);
            for (std::size_t i = 0; i < slopes.size(); i += 7) {
                float& v = rounding.variables(id)[i];
                const float before = v;
                if (slopes[i] == 0 || std::abs(v) > 2)
                    continue; // clipped, or a step would leave the range where h moves
                constexpr float step = 0.01f;
                v = before + step;
                const double above = lossNow();
                v = before - step;
                const double below = lossNow();
                v = before;
                farthest = std::max(farthest, std::abs((above - below) / (2 * double(step)) - double(slopes[i])));
                largest = std::max(largest, std::abs(double(slopes[i])));
            }
        }
        QVERIFY(largest > 0);
        QVERIFY2(farthest <= 0.02 * largest, qPrintable(QString("%1 of %2").arg(farthest).arg(largest)));
    }

    void theInnerLossCountsWhereThereIsAnInnerLayer()
    {
        Residual network;
        const BlockData data = network.data();
        const BlockRounding rounding = network.rounding("int2g40");
        const auto at = [&](double kappa) {
            return data.loss({.parts = network.all, .kappa = kappa}, rounding.hard(), {}, {}).value().value;
        };
        QCOMPARE(network.block.inner.size(), std::size_t(1));
        const double inner = at(1) - at(0);
        QVERIFY(inner > 0);
        QVERIFY(std::abs(at(0.8) - at(0) - 0.8 * inner) <= 1e-4 * at(1));
    }

    // eda-dm 6
    void nothingIsLostAtTheStartButWhatIsClipped_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* format : {"int2g40", "int3g40", "int4g40", "int8g40"})
            QTest::newRow(format) << format;
    }
    void nothingIsLostAtTheStartButWhatIsClipped()
    {
        QFETCH(QString, format);
        Residual network;
        const BlockData data = network.data();
        const BlockRounding rounding = network.rounding(qPrintable(format));
        TensorMap clipped;
        bool isClipped = false;
        for (const auto& [id, tensor] : network.tensors) {
            const Tensor packed =
                encodedAs(format.toStdString(), tensor.type().shape, tensor.floats());
            RowState state(*packed.type().format, channels * 9);
            std::vector<float> values = tensor.toFloats();
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (i % (channels * 9) == 0)
                    state.load(packed.row(i / (channels * 9)));
                const auto levels = state.levels(i % (channels * 9));
                const auto [least, most] = std::ranges::minmax(levels);
                isClipped = isClipped || values[i] < least || values[i] > most;
                values[i] = std::clamp(values[i], least, most);
            }
            clipped[id] = Tensor::adoptFloats(tensor.type().shape, std::move(values));
        }
        const BlockData::Question asStored{.parts = network.all, .entries = BlockData::Entries::Stored};
        const double soft = data.loss(asStored, rounding.soft(), {}, {}).value().value,
                     cut = data.loss(asStored, clipped, {}, {}).value().value,
                     rounded = data.loss(asStored, rounding.hard(), {}, {}).value().value;
        QVERIFY2(
            std::abs(soft - cut) <= 1e-5 * rounded + 1e-9,
            qPrintable(QString("%1, %2, %3").arg(soft).arg(cut).arg(rounded)));
        QVERIFY(isClipped || soft < 1e-5 * rounded);
        QVERIFY(rounded > 0);
    }

    // Softly the block comes near to what it was either way; the regulariser is what makes that last.
    void learningMakesTheBlockBetterOnItsInputs_data()
    {
        QTest::addColumn<bool>("regularised");
        QTest::newRow("regularised") << true;
        QTest::newRow("not regularised") << false;
    }
    void learningMakesTheBlockBetterOnItsInputs()
    {
        QFETCH(bool, regularised);
        Residual network;
        const BlockData data = network.data();
        const auto at = [&](const TensorMap& tensors) {
            return data.loss({.parts = network.all}, tensors, {}, {}).value().value;
        };
        BlockRounding rounding = network.rounding("int3g40");
        const double before = at(rounding.hard());
        const ReconstructionOptions options{
            .iterations = 300, .rate = 0.1f, .batch = 6, .kappa = 0.8, .regularised = regularised};
        QVERIFY(reconstruct(data, rounding, network.all, options, {}));
        const double soft = at(rounding.soft()), after = at(rounding.hard());
        qInfo("%.4g rounded, %.4g learned, softly %.4g", before, after, soft);
        QVERIFY(soft < 0.5 * before);
        QVERIFY(!regularised || after < 0.85 * before);
    }

    void threadsChangeNothing()
    {
        std::vector<TensorMap> made;
        for (const std::size_t threads : {1, 8}) {
            setThreadCount(threads);
            Residual network;
            const BlockData data = network.data();
            BlockRounding rounding = network.rounding("int3g40");
            QVERIFY(reconstruct(
                data, rounding, network.all, {.iterations = 20, .rate = 0.05f, .batch = 4, .kappa = 0.8}, {}));
            made.push_back(rounding.hard());
        }
        setThreadCount(0);
        for (const auto& [id, tensor] : made[0])
            QVERIFY(std::ranges::equal(tensor.bytes(), made[1].at(id).bytes()));
    }
};

QTEST_APPLESS_MAIN(BlockRoundingTest)
#include "block_rounding_test.moc"
