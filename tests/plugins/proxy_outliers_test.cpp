#include "core/calibrate/compressor.h"
#include "core/method/row_packer.h"
#include "plugins/proxy_outliers/proxy_outliers.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <set>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// A tiny model in which the weights of some rows of a tensor are ten times larger.
std::shared_ptr<const Model>
withLargeUnits(const TinyModel& tiny, std::string_view name, const std::set<std::size_t>& units)
{
    ModelFile file = *tiny.make()->file;
    for (NamedTensor& tensor : file.tensors) {
        if (tensor.name != name)
            continue;
        std::vector<float> values = tensor.stored.toFloats();
        for (const std::size_t unit : units)
            for (std::size_t c = 0; c < tensor.shape[1]; ++c)
                values[unit * tensor.shape[1] + c] *= 10;
        tensor.stored = Tensor::adoptFloats(tensor.shape, std::move(values));
    }
    return makeModel(std::move(file));
}

std::vector<float> keptColumns(const CompressedLayer& layer)
{
    if (layer.isReplacement())
        for (const LayerReplacement::Part& part : layer.replacement()->parts)
            if (part.name == "kept")
                return part.tensor.toFloats();
    return {};
}

/// What stays of the layer `name` when `count` of its columns may.
std::vector<float> keptOf(const std::shared_ptr<const Model>& model, std::string_view name, std::size_t count)
{
    static const ProxyOutliers method;
    Compressor compressor(
        model, [](std::string_view) { return &method; }, nullptr, 1 << 20);
    for (std::size_t i = 0; i < model->layers.size(); ++i)
        if (model->layers[i].name == name) {
            const double share = 100 * double(count) / double(model->layers[i].columns);
            return keptColumns(
                compressor.compress(LayerId(i), {"int4g32", "proxy-outliers", {{"share", share}}}, {})
                    .value());
        }
    return {};
}

/// f32 [rows, columns]; some rows are of ten times larger weights.
Tensor rowsOf(std::size_t rows, std::size_t columns, unsigned seed, const std::set<std::size_t>& large)
{
    std::vector<float> values = normalValues(rows * columns, seed, 0.1f);
    for (const std::size_t row : large)
        for (std::size_t c = 0; c < columns; ++c)
            values[row * columns + c] *= 10;
    return Tensor::adoptFloats({rows, columns}, std::move(values));
}

} // namespace

/// Spec kbit-scaling, check 6, and what the graph says of the layer before.
class ProxyOutliersTest : public QObject {
    Q_OBJECT

private slots:
    void keepsTheColumnsThatLargeUnitsMake_data()
    {
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("layer");
        const auto row = [](const char* name, const char* architecture, const char* before,
                            const char* layer) {
            QTest::addRow("%s", name) << QString(architecture) << QString(before) << QString(layer);
        };
        row("up to down", "llama", "blk.1.ffn_up.weight", "blk.1.ffn_down.weight");
        row("gate to down", "llama", "blk.1.ffn_gate.weight", "blk.1.ffn_down.weight");
        row("attention to feed-forward", "llama", "blk.1.attn_output.weight", "blk.1.ffn_up.weight");
        row("feed-forward to the next attention", "llama", "blk.0.ffn_down.weight", "blk.1.attn_q.weight");
        row("feed-forward to the head", "llama", "blk.2.ffn_down.weight", "output.weight");
        row("without a gate", "gpt2", "blk.2.ffn_up.weight", "blk.2.ffn_down.weight");
    }
    void keepsTheColumnsThatLargeUnitsMake()
    {
        QFETCH(QString, architecture);
        QFETCH(QString, before);
        QFETCH(QString, layer);
        TinyModel tiny;
        tiny.architecture = architecture.toStdString();
        if (architecture == "gpt2")
            tiny.kvHeads = tiny.heads;
        const auto model = withLargeUnits(tiny, before.toStdString(), {5, 17});
        QCOMPARE(keptOf(model, layer.toStdString(), 2), (std::vector<float>{5, 17}));
    }

    void sharedHeadsOfValuesStandAtEachOfTheirQueries()
    {
        // 4 heads of 16 read 2 heads of values: unit 3 makes inputs 3 and 19, unit 20 inputs 36 and 52.
        const auto model = withLargeUnits(TinyModel{}, "blk.0.attn_v.weight", {3, 20});
        QCOMPARE(keptOf(model, "blk.0.attn_output.weight", 4), (std::vector<float>{3, 19, 36, 52}));
        TinyModel fused;
        fused.architecture = "gpt2";
        fused.kvHeads = fused.heads;
        // q and k are 64 units each before the values.
        QCOMPARE(
            keptOf(
                withLargeUnits(fused, "blk.0.attn_qkv.weight", {3, 70, 128 + 9, 128 + 41}),
                "blk.0.attn_output.weight", 2),
            (std::vector<float>{9, 41}));
    }

    void theFirstLayerHasNoLayerBefore()
    {
        const auto model = TinyModel{}.make();
        QVERIFY(keptOf(model, "blk.0.attn_q.weight", 4).empty());
        QVERIFY(keptOf(model, "token_embd.weight", 4).empty());
    }

    void channelsOfConvolutionsAreKeptWithTheirKernels()
    {
        GraphBuilder builder;
        std::vector<Tensor> tensors;
        const auto stored = [&tensors](Tensor tensor) {
            tensors.push_back(std::move(tensor));
            return TensorId(tensors.size() - 1);
        };
        const auto convolution = [&](ValueId x, TensorId weights, std::size_t groups = 1) {
            return builder.add(
                {OpKind::Convolution, {{"groups", double(groups)}}, {{"kernel", {3, 3}}}}, {x}, {weights});
        };
        const auto relu = [&](ValueId x) {
            return builder.add({OpKind::Unary, {{"function", double(UnaryFunction::Relu)}}}, {x});
        };
        const TensorId first = stored(rowsOf(8, 27, 1, {2, 6})), second = stored(rowsOf(4, 72, 2, {1})),
                       grouped = stored(rowsOf(4, 9, 3, {})), third = stored(rowsOf(5, 12 * 9, 4, {})),
                       last = stored(rowsOf(3, 5 * 4, 5, {}));
        const ValueId a = relu(convolution(builder.input(), first));
        const ValueId b = convolution(a, second);
        const ValueId c = convolution(b, grouped, 4);
        (void)c;
        const ValueId joined = builder.add({OpKind::Concat, {{"axis", 1}}}, {a, b});
        const ValueId pooled = builder.add({OpKind::MaxPool, {}}, {convolution(joined, third)});
        const ValueId flat = builder.add({OpKind::Reshape, {}}, {pooled});
        const Graph graph = std::move(builder).finish(builder.add({OpKind::Linear, {}}, {flat}, {last}));
        const auto unitsOf = [&](TensorId id) {
            return inputUnits(
                       graph, id, tensors[std::size_t(id)].type().columns(),
                       [&](TensorId tensor) -> Result<Tensor> { return tensors[std::size_t(tensor)]; }, {})
                .value();
        };
        QVERIFY(unitsOf(first).deviations.empty());
        QVERIFY(unitsOf(grouped).deviations.empty());
        const InputUnits units = unitsOf(second);
        QCOMPARE(units.deviations.size(), std::size_t(8));
        QCOMPARE(units.columns, std::size_t(9));
        QCOMPARE(unitsOf(third).deviations.size(), std::size_t(12)); // 8 channels and 4
        QCOMPARE(unitsOf(last).deviations.size(), std::size_t(5));
        QCOMPARE(unitsOf(last).columns, std::size_t(4)); // of the 2 x 2 map that was flattened

        const LayerProblem problem{.weights = tensors[std::size_t(second)]};
        const NumberFormatPtr format = parseNumberFormat("int4g32").value();
        std::vector<float> expected;
        for (std::size_t k = 0; k < 9; ++k)
            expected.push_back(float(18 + k));
        for (std::size_t k = 0; k < 9; ++k)
            expected.push_back(float(54 + k));
        const auto kept = [&](double share) {
            return keptColumns(
                ProxyOutliers().quantizeBehind(problem, units, format, {{"share", share}}, {}).value());
        };
        QCOMPARE(kept(25), expected);
        // What the share holds of a unit: 7 columns; 12 and 27 make one and three.
        QCOMPARE(kept(10).size(), std::size_t(7));
        for (const float column : kept(10))
            QVERIFY(std::ranges::count(expected, column) == 1);
        QCOMPARE(kept(37.5).size(), std::size_t(27));
        QVERIFY(kept(.5).empty());
    }

    void keptColumnsAreHalvesAndTheOthersRoundedByThemselves_data()
    {
        QTest::addColumn<int>("inputs");
        QTest::addColumn<bool>("isGathered");
        QTest::newRow("among zeros") << 128 << false; // as many blocks without the two
        QTest::newRow("side by side") << 130 << true; // a block less in every row
    }
    void keptColumnsAreHalvesAndTheOthersRoundedByThemselves()
    {
        QFETCH(int, inputs);
        QFETCH(bool, isGathered);
        const auto columns = std::size_t(inputs);
        const Tensor weights = rowsOf(24, columns, 7, {});
        const std::vector<float> values = weights.toFloats();
        InputUnits units{std::vector<float>(columns, 1.0f)};
        units.deviations[0] = units.deviations[77] = 3;
        const auto isKept = [](std::size_t c) { return c == 0 || c == 77; };
        std::vector<float> others;
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!isKept(i % columns) || !isGathered)
                others.push_back(isKept(i % columns) ? 0.0f : values[i]);
        const NumberFormatPtr format = parseNumberFormat("int3g64").value();
        const std::vector<float> rounded =
            RoundToNearest()
                .quantize({.weights = Tensor::adoptFloats({24, others.size() / 24}, others)}, format, {}, {})
                .value()
                .tensor()
                .toFloats();
        const auto made = [&](double share) {
            return ProxyOutliers()
                .quantizeBehind({.weights = weights}, units, format, {{"share", share}}, {})
                .value();
        };
        QCOMPARE(keptColumns(made(2.3)), (std::vector<float>{0, 1, 77})); // three; of equal units the first
        const CompressedLayer two = made(1.6);
        QCOMPARE(two.replacement()->parts.size(), std::size_t(isGathered ? 4 : 3));
        QVERIFY(two.bytes() <= ProxyOutliers().storedBytes(24, columns, format, {{"share", 1.6}}));
        QCOMPARE(two.bytes(), std::size_t(24 * 2 * 26 + 2 * (24 * 2 + 2) + (isGathered ? 128 * 2 : 0)));
        const std::vector<float> dense = two.dense().value().toFloats();
        const std::vector<float> halves = encodedAs("f16", {24, columns}, values).toFloats();
        std::size_t next = 0;
        for (std::size_t i = 0; i < dense.size(); ++i) {
            const bool kept = isKept(i % columns);
            QCOMPARE(dense[i], kept ? halves[i] : rounded[next]);
            next += !kept || !isGathered ? 1 : 0;
        }
    }

    void bitsAreThoseOfTheScalingLaws()
    {
        // k + 16 / B + p (16 - k), and the lists of columns. 3200 columns: 3136 of them are whole blocks.
        const NumberFormatPtr format = parseNumberFormat("int4g64").value();
        const std::size_t outputs = 512, inputs = 3200;
        const std::size_t bytes = ProxyOutliers().storedBytes(outputs, inputs, format, {});
        const double bits = 8 * double(bytes) / double(outputs * inputs);
        const double law = 4 * .98 + 16.0 / 64 * .98 + 16 * .02, lists = 16.0 / outputs;
        QVERIFY2(std::fabs(bits - law - lists) < 1e-9, qPrintable(QString::number(bits, 'f', 6)));
        InputUnits units{std::vector<float>(inputs, 1.0f)};
        QCOMPARE(
            ProxyOutliers()
                .quantizeBehind({.weights = rowsOf(outputs, inputs, 8, {})}, units, format, {}, {})
                .value()
                .bytes(),
            bytes);
        QVERIFY((bytes > TensorType{format, {outputs, inputs}}.bytes()));
    }

    void aModelWithoutAGraphSaysSo()
    {
        TinyModel tiny;
        ModelFile file = *tiny.make()->file;
        file.metadata.set("general.architecture", std::string("unheard-of"));
        const auto model = makeModel(std::move(file));
        QVERIFY(!model->graph);
        static const ProxyOutliers method;
        Compressor compressor(
            model, [](std::string_view) { return &method; }, nullptr, 1 << 20);
        const auto result = compressor.compress(LayerId(0), {"int4g32", "proxy-outliers", {}}, {});
        QVERIFY(!result.has_value());
        QCOMPARE(result.error().code, ErrorCode::Unsupported);
    }
};

QTEST_APPLESS_MAIN(ProxyOutliersTest)
#include "proxy_outliers_test.moc"
