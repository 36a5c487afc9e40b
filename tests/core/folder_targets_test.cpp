#include "core/evaluate/forward_pass.h"
#include "core/export/bitnet_target.h"
#include "core/file/huggingface_arithmetic.h"
#include "core/file/json.h"
#include "core/file/safetensors.h"
#include "core/method/row_packer.h"
#include "core/sensitivity/candidate.h"
#include "plugins/rtn/rtn.h"
#include "tests/support/huggingface_folder.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;

namespace {

/// Ternary with one scale a matrix, as BitNet b1.58 rounds: needs no text.
class MeanTernary final : public LayerMethod {
public:
    std::string id() const override { return "mean"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override { return {}; }
    bool supports(const NumberFormat&) const override { return true; }
    Result<CompressedLayer> quantize(
        const LayerProblem& layer, const NumberFormatPtr& format, const Parameters&,
        const MethodContext& context) const override
    {
        std::vector<float> values = layer.weights.toFloats();
        float mean = 0;
        for (const float value : values)
            mean += std::fabs(value) / float(values.size());
        for (float& value : values)
            value = mean * std::clamp(std::nearbyint(value / mean), -1.0f, 1.0f);
        return TRY(packByFormat(
            Tensor::adoptFloats(layer.weights.type().shape, std::move(values)), format, {}, false, context));
    }
};

const LayerMethod* methodCalled(std::string_view id)
{
    static const RoundToNearest rtn;
    static const MeanTernary mean;
    return id == "rtn" ? static_cast<const LayerMethod*>(&rtn) : id == "mean" ? &mean : nullptr;
}

const ExportTarget& target(std::string_view id)
{
    return *std::ranges::find(exportTargets(), id, &ExportTarget::id);
}

std::vector<std::string> formatsOf(const Model& model, const Allocation& allocation)
{
    std::vector<std::string> formats;
    for (const NamedTensor& tensor : model.file->tensors)
        formats.push_back(storedFormat(tensor)->id());
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (!allocation.layers[i].format.empty())
            formats[std::size_t(model.layers[i].tensor)] = allocation.layers[i].format;
    return formats;
}

std::shared_ptr<Compressor> compressorOf(const std::shared_ptr<const Model>& model)
{
    return std::make_shared<Compressor>(model, methodCalled, nullptr, 64u << 20);
}

Result<WrittenFile> write(
    std::string_view id, const std::shared_ptr<const Model>& model, const Allocation& allocation,
    const std::filesystem::path& path)
{
    const auto compressor = compressorOf(model);
    return target(id).write(
        {.model = *model->file,
         .formats = formatsOf(*model, allocation),
         .tensor = [&](std::size_t index, std::string_view format) -> Result<Tensor> {
             if (const auto layer = model->layerOf(TensorId(index));
                 layer && allocation[*layer].format == format)
                 return TRY(compressor->compress(*layer, allocation[*layer], {})).tensor();
             return encodedTensor(model->tensor(TensorId(index)), format);
         },
         .path = path});
}

/// Linear layers in one format, the embedding and the head as stored.
Allocation linearLayers(const Model& model, const Candidate& candidate)
{
    Allocation allocation = uniform(model, candidate);
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (!model.layers[i].block)
            allocation.layers[i] = {};
    return allocation;
}

Result<Tensor> logits(const std::shared_ptr<const Model>& model, const Allocation& allocation)
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    ForwardPass pass(compressorOf(model), std::make_unique<Executor>(std::move(backends)), 64u << 20);
    Chunk chunk{{}, 4};
    for (int i = 0; i < 16; ++i)
        chunk.tokens.push_back(TokenId((i * 7 + i * i) % 50));
    return pass.logProbabilities(chunk, allocation, ForwardPass::Keep::Nothing, {});
}

QByteArray bytesOf(const std::filesystem::path& folder, const std::string& name)
{
    const auto entries = safetensors::read(folder / "model.safetensors").value();
    for (const safetensors::Entry& entry : entries)
        if (entry.name == name)
            return QByteArray(
                reinterpret_cast<const char*>(entry.bytes.data()), qsizetype(entry.bytes.size()));
    return {};
}

} // namespace

/// Folders for other programs: written, read back, and run to the same numbers.
class FolderTargetsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<const Model> m_model;
    std::filesystem::path path(const std::string& name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

private slots:
    void initTestCase()
    {
        saveLlamaFolder(path("original"));
        m_model = loadModel(path("original")).value();
        QVERIFY2(m_model->graph, m_model->whyNotEvaluated.c_str());
    }

    void aReopenedFolderGivesTheSameNumbers_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("format");
        for (const char* format :
             {"int4g32", "int8g32", "int4row", "int8row", "int2g16", "int3g32", "uint4g32", "uint4row",
              "uint8g32", "uint3g32"})
            QTest::addRow("compressed-tensors %s", format) << "compressed-tensors" << format;
        for (const char* format : {"int4g32", "int8g32", "int3g32", "int2g16", "int4row"})
            QTest::addRow("gptq %s", format) << "gptq" << format;
        QTest::newRow("bitnet") << "bitnet"
                                << "ternaryrow";
    }
    void aReopenedFolderGivesTheSameNumbers()
    {
        QFETCH(QString, id);
        QFETCH(QString, format);
        const bool ternary = id == "bitnet";
        const Allocation allocation =
            linearLayers(*m_model, {format.toStdString(), ternary ? "mean" : "rtn", {}});
        const auto folder = path((id + "-" + format).toStdString());
        const auto written = write(id.toStdString(), m_model, allocation, folder);
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        const auto reopened = loadModel(folder);
        QVERIFY2(reopened, reopened ? "" : reopened.error().message.c_str());
        QCOMPARE((*reopened)->layers.size(), m_model->layers.size());
        if (!ternary) // the same format, so a program of ours runs the same products
            for (const Layer& layer : (*reopened)->layers) {
                const auto of = std::size_t(
                    std::ranges::find(m_model->layers, layer.name, &Layer::name) - m_model->layers.begin());
                if (const std::string& asked = allocation.layers[of].format; !asked.empty())
                    QCOMPARE(layer.storedFormat, asked);
            }
        // Runtimes round what goes into BitNet's products, and so does the folder when it is opened.
        std::shared_ptr<const Model> asRun = m_model;
        const std::string key(huggingface::roundedInputsKey);
        const auto* const rounded = (*reopened)->file->metadata.strings(key);
        QCOMPARE(rounded != nullptr, ternary);
        if (ternary) {
            ModelFile file = *m_model->file;
            file.metadata.set(key, *rounded);
            asRun = makeModel(std::move(file));
            QVERIFY(logits(m_model, allocation)->toFloats() != logits(asRun, allocation)->toFloats());
        }
        const auto asked = logits(asRun, allocation), found = logits(*reopened, (*reopened)->original());
        QVERIFY(asked && found);
        QCOMPARE(found->toFloats(), asked->toFloats());
    }

    void theFolderHasWhatTheModelsHad()
    {
        const auto folder = path("carried");
        QVERIFY(write("gptq", m_model, linearLayers(*m_model, {"int4g32", "rtn", {}}), folder));
        QStringList names;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            names << QString::fromStdString(entry.path().filename().string());
        names.sort();
        QCOMPARE(
            names,
            (QStringList{
                "LICENSE", "config.json", "model.safetensors", "quantize_config.json",
                "special_tokens_map.json"}));
        const Json config = readJson(folder / "config.json").value();
        QCOMPARE(config["hidden_size"].get<int>(), 64); // the model's own keys are still there
        QCOMPARE(config["quantization_config"]["bits"].get<int>(), 4);
        QCOMPARE(config["quantization_config"]["group_size"].get<int>(), 32);
        QVERIFY(config["quantization_config"] == readJson(folder / "quantize_config.json").value());
        QVERIFY(!config["quantization_config"].contains("dynamic"));
        for (const auto& entry : std::filesystem::directory_iterator(path("")))
            QVERIFY(entry.path().filename().string().find(".part") == std::string::npos);
    }

    void gptqStoresZeroPointsMinusOne_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<quint32>("word");
        QTest::newRow("2 bits") << "int2g16" << quint32(0x55555555);
        QTest::newRow("4 bits") << "int4g32" << quint32(0x77777777);
        QTest::newRow("8 bits") << "int8g32" << quint32(0x7f7f7f7f);
    }
    void gptqStoresZeroPointsMinusOne()
    {
        QFETCH(QString, format);
        QFETCH(quint32, word);
        const auto folder = path("zeros-" + format.toStdString());
        QVERIFY(write("gptq", m_model, linearLayers(*m_model, {format.toStdString(), "rtn", {}}), folder));
        const QByteArray zeros = bytesOf(folder, "model.layers.0.self_attn.q_proj.qzeros");
        QVERIFY(!zeros.isEmpty());
        for (qsizetype i = 0; i < zeros.size(); i += 4)
            QCOMPARE(*reinterpret_cast<const quint32*>(zeros.constData() + i), word);
        const QByteArray groups = bytesOf(folder, "model.layers.0.self_attn.q_proj.g_idx");
        QCOMPARE(groups.size(), 64 * 4);
        QCOMPARE(*reinterpret_cast<const qint32*>(groups.constData() + 63 * 4), format == "int2g16" ? 3 : 1);
    }

    void differentLayersAreNamedInTheConfig()
    {
        Allocation allocation = linearLayers(*m_model, {"int4g32", "rtn", {}});
        for (std::size_t i = 0; i < m_model->layers.size(); ++i) {
            if (m_model->layers[i].name == "blk.1.ffn_down.weight")
                allocation.layers[i].format = "int8g32";
            if (m_model->layers[i].name == "blk.0.attn_output.weight")
                allocation.layers[i] = {};
        }
        QVERIFY(write("gptq", m_model, allocation, path("dynamic")));
        const Json gptq = readJson(path("dynamic") / "quantize_config.json").value();
        QCOMPARE(gptq["dynamic"].size(), std::size_t(2));
        QCOMPARE(gptq["dynamic"]["+:^model\\.layers\\.1\\.mlp\\.down_proj$"]["bits"].get<int>(), 8);
        QVERIFY(gptq["dynamic"].contains("-:^model\\.layers\\.0\\.self_attn\\.o_proj$"));
        QCOMPARE(loadModel(path("dynamic")).value()->layers.size(), m_model->layers.size());

        QVERIFY(write("compressed-tensors", m_model, allocation, path("groups")));
        const Json groups = readJson(path("groups") / "config.json").value()["quantization_config"];
        QCOMPARE(groups["config_groups"].size(), std::size_t(2));
        QCOMPARE(groups["ignore"].size(), std::size_t(2)); // o_proj and the head
        std::size_t targets = 0;
        for (const auto& [name, group] : groups["config_groups"].items()) {
            QCOMPARE(group["format"].get<std::string>(), std::string("pack-quantized"));
            QVERIFY(group["weights"]["symmetric"].get<bool>());
            targets += group["targets"].size();
        }
        QCOMPARE(targets, std::size_t(13)); // full names, each once
        const auto asked = logits(m_model, allocation);
        for (const char* folder : {"dynamic", "groups"}) {
            const auto reopened = loadModel(path(folder)).value();
            QCOMPARE(logits(reopened, reopened->original())->toFloats(), asked->toFloats());
        }
    }

    void ternaryRowsLieAQuarterApart()
    {
        // The golden bytes of the format notes.
        const std::vector<float> values{1, 0, -1, 1, 0, -1, 1, 1, 0, 0, -1, -1, 1, -1, 0, 1};
        std::vector<float> half;
        for (const float value : values)
            half.push_back(0.5f * value);
        const auto packed = packTernary(Tensor::fromFloats({8, 2}, half));
        QVERIFY(packed);
        QCOMPARE(
            QByteArray(reinterpret_cast<const char*>(packed->at(0).data()), qsizetype(packed->at(0).size()))
                .toHex(),
            QByteArray("9611488a"));
        QCOMPARE(
            QByteArray(reinterpret_cast<const char*>(packed->at(1).data()), qsizetype(packed->at(1).size()))
                .toHex(),
            QByteArray("0038")); // 0.5
    }

    void whatDoesNotFitIsRefusedWithReasons_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("k-quant") << "compressed-tensors"
                                 << "q4_k"
                                 << "compressed-tensors cannot hold";
        QTest::newRow("minimum") << "compressed-tensors"
                                 << "int4g32a"
                                 << "cannot hold int4g32a";
        QTest::newRow("ragged group") << "compressed-tensors"
                                      << "int4g40"
                                      << "not divisible by the group of 40";
        QTest::newRow("zero points") << "gptq"
                                     << "uint4g32"
                                     << "no zero point of 0";
        QTest::newRow("width") << "gptq"
                               << "int5g32"
                               << "2, 3, 4 and 8 bits, not 5";
        QTest::newRow("no ternary") << "bitnet"
                                    << "int4g32"
                                    << "BitNet cannot hold int4g32";
        QTest::newRow("nothing packed") << "gptq"
                                        << "f16"
                                        << "no layer has a format that GPTQ packs";
    }
    void whatDoesNotFitIsRefusedWithReasons()
    {
        QFETCH(QString, id);
        QFETCH(QString, format);
        QFETCH(QString, sentence);
        Allocation allocation = linearLayers(*m_model, {"int4g32", "rtn", {}});
        for (LayerChoice& choice : allocation.layers)
            if (!choice.format.empty())
                choice.format = format.toStdString();
        const auto problems = target(id.toStdString()).check(*m_model->file, formatsOf(*m_model, allocation));
        QCOMPARE(
            problems.size(),
            id == "gptq" && format == "f16" ? std::size_t(1) : std::size_t(14)); // each layer once
        QVERIFY2(
            problems.front().find(sentence.toStdString()) != std::string::npos, problems.front().c_str());
        const auto written = write(id.toStdString(), m_model, allocation, path("refused"));
        QVERIFY(!written && !std::filesystem::exists(path("refused")));
    }

    void embeddingsAndFusedSetsAreToldApart()
    {
        Allocation allocation = linearLayers(*m_model, {"int4g32", "rtn", {}});
        const auto at = [&](std::string_view name) -> LayerChoice& {
            return allocation.layers[std::size_t(
                std::ranges::find(m_model->layers, name, &Layer::name) - m_model->layers.begin())];
        };
        const auto problem = [&] {
            const auto problems =
                target("compressed-tensors").check(*m_model->file, formatsOf(*m_model, allocation));
            return problems.empty() ? std::string() : problems.front();
        };
        QCOMPARE(problem(), std::string());
        at("token_embd.weight") = {"int8g32", "rtn", {}};
        QVERIFY2(
            problem().find("outside of linear layers it has floats only") != std::string::npos,
            problem().c_str());
        at("token_embd.weight") = {};
        at("blk.1.attn_k.weight").format = "int8g32";
        QVERIFY2(
            problem().find("they run") != std::string::npos
                || problem().find("run them as one") != std::string::npos,
            problem().c_str());
    }

    void severalScalesAreRefusedByBitnet()
    {
        const auto written =
            write("bitnet", m_model, linearLayers(*m_model, {"ternaryg32", "rtn", {}}), path("scales"));
        QVERIFY(!written);
        QVERIFY2(
            written.error().message.find("absmean=1") != std::string::npos, written.error().message.c_str());
        QVERIFY(!std::filesystem::exists(path("scales")));
    }

    void nothingThatIsThereIsTouched()
    {
        std::filesystem::create_directories(path("mine"));
        saveText(path("mine") / "letter.txt", "mine");
        const auto written =
            write("gptq", m_model, linearLayers(*m_model, {"int4g32", "rtn", {}}), path("mine"));
        QVERIFY(!written);
        QVERIFY(written.error().message.find("something there already") != std::string::npos);
        QVERIFY(std::filesystem::exists(path("mine") / "letter.txt"));
        std::filesystem::create_directories(path("empty"));
        QVERIFY(write("gptq", m_model, linearLayers(*m_model, {"int4g32", "rtn", {}}), path("empty")));
        QVERIFY(std::filesystem::exists(path("empty") / "model.safetensors"));
    }

    void aModelFromAnotherFileNeedsItsFolder()
    {
        const auto tiny = TinyModel{}.make();
        const auto problems =
            target("compressed-tensors").check(*tiny->file, formatsOf(*tiny, tiny->original()));
        QCOMPARE(problems.size(), std::size_t(1));
        QVERIFY(problems[0].find("Hugging Face folder") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(FolderTargetsTest)
#include "folder_targets_test.moc"
