#include "core/architecture/model.h"
#include "core/architecture/prepared_file.h"
#include "core/file/bitdelta_file.h"
#include "core/file/replaced_tensor.h"
#include "plugins/bitdelta/bitdelta.h"
#include "tests/support/huggingface_folder.h"

#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace tritloom;

namespace {

constexpr std::size_t outputs = 64, inputs = 64; // of attn_q in TinyModel

NamedTensor named(std::string name, Tensor tensor)
{
    Shape shape = tensor.type().shape;
    return {
        .name = std::move(name),
        .shape = std::move(shape),
        .stored = std::move(tensor),
        .fileName = {},
        .fileShape = {}};
}

/// As pack() of the authors' binary_gemm_kernel.py: 32 inputs a word, word by word down the inputs.
Tensor packed(const std::vector<float>& difference, std::size_t rows, std::size_t columns)
{
    std::vector<std::byte> bytes(rows * columns / 8);
    for (std::size_t k = 0; k < columns / 32; ++k)
        for (std::size_t r = 0; r < rows; ++r) {
            std::uint32_t word = 0;
            for (std::size_t i = 0; i < 32; ++i)
                word |= (difference[r * columns + 32 * k + i] < 0 ? 0u : 1u) << i;
            std::memcpy(bytes.data() + 4 * (k * rows + r), &word, 4);
        }
    return Tensor::adopt({parseNumberFormat("i32").value(), {columns / 32, rows}}, std::move(bytes));
}

const std::string layerName = "model.layers.1.self_attn.q_proj", modelName = "blk.1.attn_q.weight";

} // namespace

/// bitdelta 5: differences as the program of its authors writes them.
class BitDeltaFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path m_base;
    std::vector<float> m_tuned, m_difference;
    ModelFile m_state;

    const NamedTensor& baseLayer(const ModelFile& base) const { return *base.find(modelName); }

private slots:
    void initTestCase()
    {
        m_base = m_folder.filePath("base").toStdString();
        saveLlamaFolder(m_base);
        const auto base = loadModel(m_base).value();
        m_tuned = materialise(baseLayer(*base->file)).value().toFloats();
        QCOMPARE(m_tuned.size(), outputs * inputs);
        std::mt19937 random(3);
        std::normal_distribution<float> normal(0, 0.02f);
        double sum = 0;
        for (float& weight : m_tuned) {
            m_difference.push_back(normal(random));
            weight += m_difference.back();
            sum += std::fabs(double(m_difference.back()));
        }
        m_state.path = m_folder.filePath("diff.pt").toStdString();
        m_state.format = "pytorch";
        m_state.tensors.push_back(named(layerName + ".mask", packed(m_difference, outputs, inputs)));
        m_state.tensors.push_back(
            named(layerName + ".coeff", Tensor::adoptFloats({}, {float(sum / double(m_tuned.size()))})));
        m_state.tensors.push_back(
            named("model.norm.weight", Tensor::adoptFloats({64}, std::vector<float>(64, 2))));
    }

    void itIsTheStudiosOwnLayout()
    {
        QVERIFY(bitdeltaFile::isDifference(m_state));
        BaseFiles bases({m_base}, preparedFile);
        const auto opened = bitdeltaFile::overBase(m_state, bases);
        QVERIFY2(opened.has_value(), opened ? "" : opened.error().message.c_str());
        const auto model = makeModel(*opened);
        QVERIFY(model->graph.has_value());
        const NamedTensor& layer = *model->file->find(modelName);
        QVERIFY(layer.replacement);
        const auto base = bases.open(m_base).value();
        LayerProblem problem{.weights = Tensor::adoptFloats({outputs, inputs}, m_tuned)};
        problem.base = materialise(baseLayer(*base)).value();
        const auto made =
            BitDelta().quantize(problem, parseNumberFormat("sign").value(), {}, {}).value().replacement();
        QCOMPARE(layer.replacement->parts.size(), made->parts.size());
        for (std::size_t p = 0; p < made->parts.size(); ++p) {
            const auto &theirs = layer.replacement->parts[p], &ours = made->parts[p];
            QCOMPARE(theirs.name, ours.name);
            QCOMPARE(theirs.isShared, ours.isShared);
            QVERIFY2(
                ours.name == "scale.0"
                    ? std::fabs(theirs.tensor.toFloats()[0] / ours.tensor.toFloats()[0] - 1) < 1e-4f
                    : theirs.tensor.toFloats() == ours.tensor.toFloats(),
                ours.name.c_str());
        }
        // What comes whole is the fine-tune's, all else the base's.
        QCOMPARE(
            materialise(*model->file->find("output_norm.weight")).value().toFloats(),
            std::vector<float>(64, 2));
        QCOMPARE(
            materialise(*model->file->find("blk.0.attn_q.weight")).value().toFloats(),
            materialise(*base->find("blk.0.attn_q.weight")).value().toFloats());
        QCOMPARE(opened->notices.size(), std::size_t(1));
    }

    void theBaseMayBeTheFolderItLiesIn()
    {
        ModelFile inside = m_state;
        inside.path = m_base / "diff.pt";
        BaseFiles bases({}, preparedFile);
        QVERIFY(bitdeltaFile::overBase(inside, bases).has_value());
        BaseFiles none({}, preparedFile);
        const auto lonely = bitdeltaFile::overBase(m_state, none);
        QCOMPARE(lonely.error().code, ErrorCode::NotFound);
        QVERIFY(lonely.error().message.find("--base") != std::string::npos);
    }

    void wholeTensorsLieAsTheBaseHasThem()
    {
        // Transposed in the base's file, as GPT-2's are, and a convolution, which is a matrix for models.
        ModelFile file;
        file.format = "huggingface";
        const auto values = [](std::size_t count) {
            std::vector<float> numbers(count);
            for (std::size_t i = 0; i < count; ++i)
                numbers[i] = float(i);
            return numbers;
        };
        file.tensors.push_back(named("signs.weight", Tensor::adoptFloats({64, 64}, values(4096))));
        for (const Shape& shape : {Shape{4, 4}, Shape{4, 6}}) {
            NamedTensor turned = named(
                shape[1] == 4 ? "square" : "oblong",
                Tensor::adoptFloats(shape, std::vector<float>(shape[0] * shape[1])));
            turned.shape = {shape[1], shape[0]};
            turned.layout = Layout::Transposed;
            file.tensors.push_back(std::move(turned));
        }
        NamedTensor convolution = named("convolution", Tensor::adoptFloats({2, 12}, std::vector<float>(24)));
        convolution.fileShape = {2, 3, 2, 2};
        file.tensors.push_back(std::move(convolution));

        ModelFile state = m_state;
        state.tensors[0].name = "signs.mask", state.tensors[1].name = "signs.coeff";
        state.tensors.pop_back();
        state.tensors.push_back(named("square", Tensor::adoptFloats({4, 4}, values(16))));
        state.tensors.push_back(named("oblong", Tensor::adoptFloats({4, 6}, values(24))));
        state.tensors.push_back(named("convolution", Tensor::adoptFloats({2, 3, 2, 2}, values(24))));
        const auto tuned = bitdeltaFile::tunedFrom(file, state);
        QVERIFY2(tuned.has_value(), tuned ? "" : tuned.error().message.c_str());
        for (const auto& [name, inputs] : {std::pair<const char*, std::size_t>{"square", 4}, {"oblong", 4}}) {
            const NamedTensor& there = *tuned->find(name);
            QCOMPARE(there.layout, Layout::Transposed);
            const Tensor made = materialise(there).value();
            const std::size_t rows = made.type().rows(), columns = made.type().columns();
            QCOMPARE(columns, inputs);
            for (std::size_t o = 0; o < rows; ++o)
                for (std::size_t i = 0; i < columns; ++i)
                    QCOMPARE(made.toFloats()[o * columns + i], float(i * rows + o));
        }
        QCOMPARE(tuned->find("convolution")->shape, (Shape{2, 12}));
        QCOMPARE(materialise(*tuned->find("convolution")).value().toFloats(), values(24));
        QCOMPARE(shapeInFile(*tuned->find("convolution")), (Shape{2, 3, 2, 2}));
        // The other way round it is none of the base's.
        state.tensors[3].stored = Tensor::adoptFloats({6, 4}, values(24));
        const auto refused = bitdeltaFile::tunedFrom(file, state);
        QVERIFY(!refused);
        QVERIFY2(
            refused.error().message.find("'oblong' is [6, 4], the base has [4, 6] there")
                != std::string::npos,
            refused.error().message.c_str());
    }

    void aDifferenceIsNoBase()
    {
        const std::filesystem::path path = m_folder.filePath("diff.safetensors").toStdString();
        SafetensorsBuilder file;
        file.add<std::int32_t>("a.mask", "I32", {1, 1}, {5});
        file.add<float>("a.coeff", "F32", {1}, {1});
        file.save(path);
        BaseFiles bases({path}, preparedFile);
        const auto opened = bases.open(path);
        QVERIFY(!opened);
        QCOMPARE(
            opened.error().message,
            std::string("diff.safetensors: it holds differences to another model itself"));
        QCOMPARE(bases.opened(), std::size_t(0));
        QCOMPARE(bitdeltaFile::overBase(m_state, bases).error().message, opened.error().message);
    }

    void whatDoesNotFitTheBaseIsRefused()
    {
        BaseFiles bases({m_base}, preparedFile);
        const auto refusal = [&](const std::function<void(ModelFile&)>& spoil) {
            ModelFile bad = m_state;
            spoil(bad);
            const auto opened = bitdeltaFile::overBase(bad, bases);
            return opened ? QString() : QString::fromStdString(opened.error().message);
        };
        QVERIFY(refusal([&](ModelFile& bad) {
                    bad.tensors[0].stored = packed(m_difference, inputs / 2, outputs * 2);
                }).contains("the base has [64, 64] there"));
        QVERIFY(refusal([](ModelFile& bad) {
                    bad.tensors[1].stored = Tensor::adoptFloats({2}, {1, 2});
                }).contains(".coeff' is [2], one number is expected"));
        QVERIFY(refusal([](ModelFile& bad) {
                    bad.tensors.erase(bad.tensors.begin() + 1);
                }).contains("has no scale"));
        QVERIFY(refusal([](ModelFile& bad) {
                    bad.tensors[2].name = "model.nothing.weight";
                }).contains("nothing that 'model.nothing.weight' belongs to"));
        QVERIFY(refusal([](ModelFile& bad) {
                    bad.tensors.push_back(bad.tensors[0]), bad.tensors[3].name = "x.mask";
                }).contains("'x.mask'"));
    }
};

QTEST_APPLESS_MAIN(BitDeltaFileTest)
#include "bitdelta_file_test.moc"
