#include "core/calibrate/compressor.h"
#include "core/export/export_target.h"
#include "core/file/replaced_tensor.h"
#include "core/method/row_packer.h"
#include "core/sensitivity/candidate.h"
#include "core/tensor/transposed.h"
#include "plugins/rtn/rtn.h"
#include "tests/support/tiny_model.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

namespace {

/// Rounds, and says what it is told to say of itself.
class Told final : public LayerMethod {
public:
    explicit Told(bool makesReplacements)
        : m_makesReplacements(makesReplacements)
    {
    }
    std::string id() const override { return "told"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override { return {}; }
    bool supports(const NumberFormat&) const override { return true; }
    bool makesReplacements() const override { return m_makesReplacements; }
    Result<CompressedLayer> quantize(
        const LayerProblem& layer, const NumberFormatPtr& format, const Parameters&,
        const MethodContext& context) const override
    {
        return TRY(packByFormat(layer.weights, format, {}, true, context));
    }

private:
    bool m_makesReplacements;
};

const LayerMethod* methods(std::string_view id)
{
    static const RoundToNearest rounding;
    static const Told several(true), one(false);
    return id == "rtn" ? &rounding : id == "several" ? static_cast<const LayerMethod*>(&several)
        : id == "one"  ? &one
                       : nullptr;
}

/// A file whose layers are all q4_0, written and read as every program does it.
std::shared_ptr<const Model> quantized(const QTemporaryDir& folder)
{
    const auto model = TinyModel{}.make();
    const std::filesystem::path path = folder.filePath("q4.gguf").toStdString();
    std::vector<std::string> formats(model->file->tensors.size(), "f32");
    for (const Layer& layer : model->layers)
        formats[std::size_t(layer.tensor)] = "q4_0";
    for (const ExportTarget& target : exportTargets())
        if (target.id == "gguf") {
            const auto written = target.write(
                {.model = *model->file,
                 .formats = formats,
                 .tensor =
                     [&](std::size_t i, std::string_view format) {
                         return encodedTensor(model->file->tensors[i], format);
                     },
                 .path = path});
            if (!written)
                qFatal("%s", written.error().message.c_str());
        }
    return loadModel(path).value();
}

bool areEqual(const Tensor& a, const Tensor& b)
{
    return a.type().format->id() == b.type().format->id() && a.type().shape == b.type().shape
        && std::ranges::equal(a.bytes(), b.bytes());
}

} // namespace

/// Nothing is rounded twice: a layer that is stored in the chosen format stays.
class KeptLayersTest : public QObject {
    Q_OBJECT

private slots:
    // "g16" is a row of 16 weights, and the beginning of "g160".
    void groupsOfARowAreFoundWhole()
    {
        TinyModel shape;
        shape.heads = shape.kvHeads = 1; // attn_output has rows of 16
        const auto model = shape.make();
        QVERIFY(std::ranges::find(model->layers, std::size_t(16), &Layer::columns) != model->layers.end());
        Allocation allocation = model->original();
        for (std::size_t i = 0; i < model->layers.size(); ++i)
            if (model->layers[i].columns == 16)
                allocation.layers[i] = {"int4g160", "rtn", {}};
        QCOMPARE(asCandidate(*model, allocation).format, std::string("int4g160"));
        for (LayerChoice& choice : allocation.layers)
            if (!choice.format.empty())
                choice.format = "int4g16";
        QCOMPARE(asCandidate(*model, allocation).format, std::string("int4row"));
    }

    void aFileInTheChosenFormatStaysAsItIs()
    {
        const QTemporaryDir folder;
        const auto model = quantized(folder);
        Compressor compressor(model, methods, nullptr, 1 << 20);
        for (std::size_t i = 0; i < model->layers.size(); ++i) {
            const Tensor stored = materialise(model->tensor(model->layers[i].tensor)).value();
            QCOMPARE(stored.type().format->id(), std::string("q4_0"));
            for (const LayerChoice& choice :
                 {LayerChoice{"q4_0", "rtn", {}}, LayerChoice{"q4_0", "rtn", {{"search", 0}}},
                  LayerChoice{"q4_0", "one", {}}}) {
                const auto made = compressor.compress(LayerId(i), choice, {}).value();
                QVERIFY(areEqual(made.tensor(), stored));
                QCOMPARE(compressor.keyOfChoice(LayerId(i), choice), compressor.keyOfChoice(LayerId(i), {}));
            }
        }
    }

    void whatWouldChangeItIsMade()
    {
        const QTemporaryDir folder;
        const auto model = quantized(folder);
        Compressor compressor(model, methods, nullptr, 1 << 20);
        const LayerId layer{1};
        const Key stored = compressor.keyOfChoice(layer, {});
        const auto other = compressor.compress(layer, {"q5_0", "rtn", {}}, {}).value();
        QCOMPARE(other.tensor().type().format->id(), std::string("q5_0"));
        QVERIFY(compressor.keyOfChoice(layer, {"q5_0", "rtn", {}}) != stored);
        // A method that may store more than the matrix is asked.
        QVERIFY(compressor.keyOfChoice(layer, {"q4_0", "several", {}}) != stored);
        QCOMPARE(
            compressor.compress(layer, {"q4_0", "nobody", {}}, {}).error().code, ErrorCode::NotFound);
        QCOMPARE(
            compressor.compress(layer, {"q4_0", "rtn", {{"nothing", 1}}}, {}).error().code,
            ErrorCode::InvalidInput);
    }

    // What a transform packs takes the place of what its file has the other way round, and floats again.
    void packedLayersTakeThePlaceOfTransposedOnes()
    {
        ModelFile file = *TinyModel{}.make()->file;
        for (NamedTensor& each : file.tensors) {
            if (each.shape.size() != 2 || each.shape[0] == each.shape[1])
                continue;
            const std::size_t rows = each.shape[0], columns = each.shape[1];
            const Tensor dense = each.stored;
            each.stored = Tensor::adoptFloats({columns, rows}, transposed(dense.toFloats(), rows, columns));
            each.layout = Layout::Transposed;
            const Tensor packed = encodedAs("q8_0", dense.type().shape, dense.floats());
            replaceTensor(each, packed);
            QVERIFY(areEqual(materialise(each).value(), packed));
            QCOMPARE(each.layout, Layout::Transposed);
            replaceTensor(each, dense);
            QVERIFY(areEqual(materialise(each).value(), dense));
            const Tensor half = encodedAs("f16", dense.type().shape, dense.floats());
            replaceTensor(each, half); // which stays in its format
            QVERIFY(areEqual(materialise(each).value(), half));
            QCOMPARE(each.stored.type().shape, (Shape{columns, rows}));
            return;
        }
        QFAIL("no matrix is taller than wide");
    }
};

QTEST_APPLESS_MAIN(KeptLayersTest)
#include "kept_layers_test.moc"
