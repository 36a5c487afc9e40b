#include "core/base/half.h"
#include "tests/support/gguf_builder.h"
#include "tests/support/huggingface_folder.h"
#include "tests/support/logits.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/tiny_model.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cmath>
#include <numeric>

using namespace tritloom;

namespace {

using Row = std::vector<double>;

const TinyModel shape{
    .architecture = "bitnet-b1.58",
    .blocks = 2,
    .hidden = 128,
    .feedForward = 256,
    .headSize = 32,
    .tied = true};
const std::vector<TokenId> tokens{3, 10, 17, 24, 31, 38, 45};

std::uint16_t bfloat(float value)
{
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return std::uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float single(std::uint16_t bfloat)
{
    const std::uint32_t bits = std::uint32_t(bfloat) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

/// A matrix of a block: what training moves, and what runs.
struct Ternary {
    std::vector<std::uint16_t> latent; ///< bfloat16 [outputs, inputs]
    std::vector<int> codes; ///< -1, 0, 1
    float scale = 0; ///< mean |latent|, as bfloat16
    std::size_t outputs = 0, inputs = 0;
};

bool isTernary(const NamedTensor& tensor)
{
    return tensor.name.starts_with("blk.") && tensor.shape.size() == 2;
}

/// By arXiv 2402.17764: the nearest of -1, 0 and 1 to w / mean |w|.
Ternary ternaryOf(const NamedTensor& tensor)
{
    Ternary made;
    made.outputs = tensor.shape[0];
    made.inputs = tensor.shape[1];
    double sum = 0;
    for (const float value : tensor.stored.floats()) {
        made.latent.push_back(bfloat(value));
        sum += std::fabs(double(single(made.latent.back())));
    }
    const double mean = sum / double(made.latent.size());
    made.scale = single(bfloat(float(mean)));
    for (const std::uint16_t value : made.latent) {
        const double level = std::nearbyint(double(single(value)) / mean);
        made.codes.push_back(std::isnan(level) ? 0 : int(std::clamp(level, -1.0, 1.0)));
    }
    return made;
}

/// As microsoft/bitnet-b1.58-2B-4T and its -bf16 sister say what they are.
void saveFolder(const std::filesystem::path& folder, const Model& model, bool isPacked)
{
    std::filesystem::create_directories(folder);
    SafetensorsBuilder file;
    for (const NamedTensor& tensor : model.file->tensors) {
        const std::string name = nameInFolder(tensor.name);
        if (!isTernary(tensor)) {
            const auto values = tensor.stored.floats();
            file.add(name, "F32", tensor.shape, std::vector<float>(values.begin(), values.end()));
            continue;
        }
        const Ternary made = ternaryOf(tensor);
        if (!isPacked) {
            file.add(name, "BF16", tensor.shape, made.latent);
            continue;
        }
        const std::size_t quarter = made.outputs / 4;
        std::vector<std::uint8_t> bytes(quarter * made.inputs);
        for (std::size_t i = 0; i < made.codes.size(); ++i) {
            const std::size_t r = i / made.inputs, c = i % made.inputs;
            bytes[r % quarter * made.inputs + c] |=
                std::uint8_t(unsigned(made.codes[i] + 1) << 2 * (r / quarter));
        }
        file.add(name, "U8", {quarter, made.inputs}, bytes);
        file.add(name + "_scale", "BF16", {1}, std::vector<std::uint16_t>{bfloat(made.scale)});
    }
    file.save(folder / "model.safetensors");
    saveText(
        folder / "config.json",
        QByteArray::fromStdString(fmt::format(
            R"({{"architectures":["BitNetForCausalLM"],"model_type":"bitnet","hidden_size":{},"intermediate_size":{},
              "num_hidden_layers":{},"num_attention_heads":{},"num_key_value_heads":{},"head_dim":{},"hidden_act":"relu2",
              "max_position_embeddings":64,"vocab_size":{},"rms_norm_eps":1e-5,"tie_word_embeddings":true,
              "quantization_config":{{"quant_method":"bitnet","linear_class":"autobitlinear","quantization_mode":"{}"}}}})",
            shape.hidden, shape.feedForward, shape.blocks, shape.heads, shape.kvHeads, shape.headSize,
            shape.vocabulary, isPacked ? "offline" : "online")));
}

/// As bitnet.cpp writes it: I2_S, 128 weights in 32 bytes, one scale behind.
void saveGguf(const std::filesystem::path& path, const Model& model)
{
    constexpr std::uint32_t f32 = 0, i2s = 36;
    const std::pair<const char*, std::size_t> keys[] = {
        {"block_count", shape.blocks},
        {"embedding_length", shape.hidden},
        {"feed_forward_length", shape.feedForward},
        {"attention.head_count", shape.heads},
        {"attention.head_count_kv", shape.kvHeads},
        {"attention.key_length", shape.headSize},
        {"context_length", 64}};
    const auto& tensors = model.file->tensors;
    GgufBuilder file(3, tensors.size(), 1 + std::size(keys));
    file.text("general.architecture").number(8u).text(shape.architecture);
    for (const auto& [name, value] : keys)
        file.key(shape.architecture + "." + name, std::uint32_t(value));
    std::vector<std::string> contents;
    std::size_t offset = 0;
    for (const NamedTensor& tensor : tensors) {
        std::string bytes;
        if (isTernary(tensor)) {
            const Ternary made = ternaryOf(tensor);
            bytes.resize(made.codes.size() / 4 + 32);
            for (std::size_t i = 0; i < made.codes.size(); ++i)
                bytes[i / 128 * 32 + i % 32] |= char(unsigned(made.codes[i] + 1) << (6 - i % 128 / 32 * 2));
            std::memcpy(bytes.data() + made.codes.size() / 4, &made.scale, sizeof made.scale);
        } else {
            const auto values = std::as_bytes(tensor.stored.floats());
            bytes.assign(reinterpret_cast<const char*>(values.data()), values.size());
        }
        bytes.resize((bytes.size() + 31) / 32 * 32);
        std::vector<std::int64_t> sizes(tensor.shape.rbegin(), tensor.shape.rend());
        file.tensor(tensor.name, sizes, isTernary(tensor) ? i2s : f32, offset);
        offset += bytes.size();
        contents.push_back(std::move(bytes));
    }
    file.data(0);
    for (const std::string& bytes : contents)
        file.raw(bytes);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(file.bytes().data()), std::streamsize(file.bytes().size()));
}

/// The block of methods/bitnet-b158.md in plain loops, of the model whose blocks are ternary. rounds: whether
/// products take tokens of 8 bits.
class PlainBitNet {
public:
    PlainBitNet(const Model& model, bool rounds)
        : m_model(model)
        , m_rounds(rounds)
    {
    }

    std::vector<Row> logits() const
    {
        std::vector<Row> x;
        for (const TokenId token : tokens)
            x.push_back(matrix("token_embd.weight", std::size_t(token)));
        for (std::size_t b = 0; b < shape.blocks; ++b) {
            const std::string block = "blk." + std::to_string(b) + ".";
            std::vector<Row> q, k, v;
            for (std::size_t t = 0; t < x.size(); ++t) {
                const Row z = norm(block + "attn_norm", x[t]);
                q.push_back(turned(product(block + "attn_q", z), t));
                k.push_back(turned(product(block + "attn_k", z), t));
                v.push_back(product(block + "attn_v", z));
            }
            for (std::size_t t = 0; t < x.size(); ++t)
                add(x[t],
                    product(block + "attn_output", norm(block + "attn_sub_norm", mixed(q[t], k, v, t))));
            for (Row& token : x) {
                const Row z = norm(block + "ffn_norm", token);
                Row gate = product(block + "ffn_gate", z);
                const Row up = product(block + "ffn_up", z);
                for (std::size_t i = 0; i < gate.size(); ++i)
                    gate[i] = std::max(gate[i], 0.0) * std::max(gate[i], 0.0) * up[i];
                add(token, product(block + "ffn_down", norm(block + "ffn_sub_norm", gate)));
            }
        }
        std::vector<Row> all;
        for (const Row& token : x) {
            const Row last = norm("output_norm", token);
            Row out;
            for (std::size_t word = 0; word < shape.vocabulary; ++word) {
                const Row row = matrix("token_embd.weight", word);
                out.push_back(std::inner_product(row.begin(), row.end(), last.begin(), 0.0));
            }
            all.push_back(std::move(out));
        }
        return all;
    }

private:
    static void add(Row& to, const Row& from)
    {
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] += from[i];
    }
    Row matrix(const std::string& name, std::size_t row) const
    {
        const NamedTensor& tensor = *m_model.file->find(name);
        const auto values = tensor.stored.floats().subspan(row * tensor.shape.back(), tensor.shape.back());
        return {values.begin(), values.end()};
    }
    Row norm(const std::string& name, Row x) const
    {
        const Row weights = matrix(name + ".weight", 0);
        const double mean = std::inner_product(x.begin(), x.end(), x.begin(), 0.0) / double(x.size());
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] *= weights[i] / std::sqrt(mean + 1e-5);
        return x;
    }
    /// (T q) scale / s, q the nearest whole numbers to x s, s = 127 / max |x|.
    Row product(const std::string& name, Row x) const
    {
        const Ternary made = ternaryOf(*m_model.file->find(name + ".weight"));
        double largest = 0;
        for (const double value : x)
            largest = std::max(largest, std::fabs(value));
        if (m_rounds)
            for (double& value : x)
                value = std::nearbyint(value * 127 / largest) * largest / 127;
        Row y(made.outputs);
        for (std::size_t i = 0; i < made.codes.size(); ++i)
            y[i / made.inputs] += made.codes[i] * x[i % made.inputs];
        for (double& value : y)
            value *= double(made.scale);
        return y;
    }
    /// The halves of each head turned against each other (base 10000).
    static Row turned(Row x, std::size_t position)
    {
        const std::size_t half = shape.headSize / 2;
        for (std::size_t head = 0; head < x.size(); head += shape.headSize)
            for (std::size_t i = 0; i < half; ++i) {
                const double angle = double(position) * std::pow(10000.0, -double(i) / double(half));
                const double a = x[head + i], b = x[head + half + i];
                x[head + i] = a * std::cos(angle) - b * std::sin(angle);
                x[head + half + i] = a * std::sin(angle) + b * std::cos(angle);
            }
        return x;
    }
    static Row mixed(const Row& q, const std::vector<Row>& k, const std::vector<Row>& v, std::size_t last)
    {
        Row out(q.size());
        const std::size_t size = shape.headSize, queriesPerKey = shape.heads / shape.kvHeads;
        for (std::size_t head = 0; head < shape.heads; ++head) {
            const std::size_t from = head / queriesPerKey * size;
            Row weights;
            for (std::size_t t = 0; t <= last; ++t) {
                double score = 0;
                for (std::size_t i = 0; i < size; ++i)
                    score += q[head * size + i] * k[t][from + i];
                weights.push_back(std::exp(score / std::sqrt(double(size))));
            }
            const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
            for (std::size_t t = 0; t <= last; ++t)
                for (std::size_t i = 0; i < size; ++i)
                    out[head * size + i] += weights[t] / sum * v[t][from + i];
        }
        return out;
    }

    const Model& m_model;
    bool m_rounds;
};

/// Root mean square of the difference over that of the first.
double differenceOf(const std::vector<Row>& expected, const std::vector<float>& found)
{
    double squares = 0, off = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double value = expected[i / expected[0].size()][i % expected[0].size()];
        squares += value * value;
        off += (value - double(found[i])) * (value - double(found[i]));
    }
    return std::sqrt(off / squares);
}

} // namespace

/// BitNet b1.58 as its 2B4T release runs, from every form in which it is published (bitnet-b158 5 and 6 on a
/// small network of the released one's shape).
class BitNetNetworkTest : public QObject {
    Q_OBJECT

private slots:
    void everyFormRunsAsThePlainBlockDoes_data()
    {
        QTest::addColumn<QString>("form");
        for (const char* form : {"packed", "latent", "gguf"})
            QTest::newRow(form) << form;
    }
    void everyFormRunsAsThePlainBlockDoes()
    {
        QFETCH(QString, form);
        const QTemporaryDir place;
        const std::filesystem::path path = (place.path() + "/" + form).toStdString();
        const auto trained = shape.make();
        form == "gguf" ? saveGguf(path, *trained) : saveFolder(path, *trained, form == "packed");
        const auto model = loadModel(path);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        for (const Layer& layer : (*model)->layers) {
            const NamedTensor& from = *trained->file->find((*model)->tensor(layer.tensor).name);
            if (!isTernary(from))
                continue;
            const Ternary expected = ternaryOf(from);
            const std::vector<float> found = materialise((*model)->tensor(layer.tensor)).value().toFloats();
            for (std::size_t i = 0; i < found.size(); ++i)
                QCOMPARE(found[i], float(expected.codes[i]) * expected.scale);
        }
        const auto found = logitsOf(**model, tokens);
        QVERIFY2(found, found ? "" : found.error().message.c_str());
        const double off = differenceOf(PlainBitNet(*trained, true).logits(), found->toFloats());
        const double unrounded = differenceOf(PlainBitNet(*trained, false).logits(), found->toFloats());
        QVERIFY2(off < 1e-4, qPrintable(QString::number(off)));
        QVERIFY2(unrounded > 10 * off && unrounded > 1e-3, qPrintable(QString::number(unrounded)));
    }

    void weightsThatTrainingMovesMustBeFinite()
    {
        const QTemporaryDir place;
        const std::filesystem::path path = (place.path() + "/latent").toStdString();
        const auto trained = shape.make();
        ModelFile file = *trained->file;
        for (NamedTensor& tensor : file.tensors)
            if (tensor.name == "blk.1.ffn_up.weight") {
                std::vector<float> values = tensor.stored.toFloats();
                values[5] = INFINITY;
                tensor.stored = Tensor::adoptFloats(tensor.shape, std::move(values));
            }
        saveFolder(path, *makeModel(std::move(file)), false);
        const auto model = loadModel(path);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const auto read = materialise(*(*model)->file->find("blk.1.ffn_up.weight"));
        QVERIFY(!read);
        QCOMPARE(
            read.error().message,
            std::string("tensor 'blk.1.ffn_up.weight': a weight is not finite, so none has a scale"));
    }
};

QTEST_APPLESS_MAIN(BitNetNetworkTest)
#include "bitnet_network_test.moc"
