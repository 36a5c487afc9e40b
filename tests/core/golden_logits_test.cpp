#include "core/evaluate/evaluation_session.h"

#include "tests/support/shared_data.h"

#include "compute/cpu/cpu_backend.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <fstream>

using namespace tritloom;

namespace {

/// A .npy file of format 1.0: header as text, then the numbers.
struct Npy {
    std::vector<double> values;
    bool valid = false;
};

Npy readNpy(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    Npy npy;
    if (bytes.size() < 10 || bytes.substr(1, 5) != "NUMPY")
        return npy;
    const std::size_t begin = 10 + std::size_t(std::uint8_t(bytes[8])) + 256 * std::size_t(std::uint8_t(bytes[9]));
    const std::string header = bytes.substr(10, begin - 10);
    const auto read = [&]<typename T>(T) {
        for (std::size_t at = begin; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
            T value;
            std::memcpy(&value, bytes.data() + at, sizeof value);
            npy.values.push_back(double(value));
        }
    };
    if (header.find("'<f4'") != std::string::npos)
        read(float());
    else if (header.find("'<i4'") != std::string::npos)
        read(std::int32_t());
    else
        read(std::int64_t());
    npy.valid = true;
    return npy;
}

} // namespace

/// Logits against PyTorch's, in f32 over the same weights; the files are described in their SOURCE.md.
class GoldenLogitsTest : public QObject {
    Q_OBJECT

private slots:
    void agreesWithPyTorch_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("ids");
        QTest::addColumn<QString>("logits");
        QTest::newRow("books6m, safetensors, grouped keys") << "llm_books6m" << "llm_books6m/golden/sentence_ids.npy"
                                                            << "llm_books6m/golden/sentence_logits.npy";
        for (const char* file : {"stories260K.gguf", "stories260K.bin", "derived/hf"})
            QTest::addRow("stories260K, %s", file)
                << QString("llm_stories260k/") + file << "llm_stories260k/derived/golden/stories260k_ids.npy"
                << "llm_stories260k/derived/golden/stories260k_logits.npy";
        QTest::newRow("babyllama105, safetensors")
            << "llm_babyllama105/derived/hf" << "llm_babyllama105/derived/golden/babyllama105_ids.npy"
            << "llm_babyllama105/derived/golden/babyllama105_logits.npy";
    }
    void agreesWithPyTorch()
    {
        QFETCH(QString, model);
        QFETCH(QString, ids);
        QFETCH(QString, logits);
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto loaded = loadModel(data / model.toStdString());
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());
        const Model& opened = **loaded;
        QVERIFY2(opened.graph.has_value(), opened.whyNotEvaluated.c_str());
        const Npy tokens = readNpy(data / ids.toStdString()), expected = readNpy(data / logits.toStdString());
        QVERIFY(tokens.valid && expected.valid);
        std::vector<std::unique_ptr<Backend>> backends;
        backends.push_back(makeCpuBackend().value());
        backends.push_back(makeReferenceBackend());
        Executor executor(std::move(backends));
        const Graph& graph = *opened.graph;
        ValueMap values{{graph.input, Tensor::adoptFloats({tokens.values.size()}, {tokens.values.begin(), tokens.values.end()})}};
        const auto run = executor.run(
            graph, 0, graph.stageCount - 1, values,
            [&](TensorId id) -> Result<Executor::Weights> {
                return Executor::Weights{TRY(materialise(opened.tensor(id))), keyOf(id)};
            },
            nullptr, {});
        QVERIFY2(run.has_value(), run ? "" : run.error().message.c_str());
        const std::vector<float> actual = values.at(graph.output).toFloats();
        // Some files hold the last positions only.
        QVERIFY(expected.values.size() <= actual.size() && !expected.values.empty());
        const std::size_t offset = actual.size() - expected.values.size();
        double worst = 0;
        for (std::size_t i = 0; i < expected.values.size(); ++i)
            worst = std::max(worst, std::abs(expected.values[i] - double(actual[offset + i])));
        QVERIFY2(worst < 2e-3, qPrintable(QString("largest difference %1").arg(worst)));
    }
};

QTEST_GUILESS_MAIN(GoldenLogitsTest)
#include "golden_logits_test.moc"
