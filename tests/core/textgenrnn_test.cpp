#include "core/architecture/textgenrnn.h"
#include "core/evaluate/generate.h"
#include "core/export/export_target.h"
#include "core/sensitivity/cost_model.h"

#include "tests/support/hdf5_builder.h"
#include "tests/support/logits.h"
#include "tests/support/numbers.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>

using namespace tritloom;

namespace {

constexpr std::size_t tokens = 6, embedding = 3, units = 4, layers = 2, window = 5;
constexpr TokenId border = 5;
constexpr std::size_t all = embedding + layers * units;

std::vector<float> numbers(std::size_t count, unsigned seed)
{
    return fixture::normalValues(count, seed, 0.8f);
}

/// A network of random numbers as Keras would have it, and what it computes: written for itself, one window
/// after the other, sums in double.
struct Network {
    bool isCudnn = false;
    std::vector<float> table = numbers(tokens * embedding, 1), attention = numbers(all, 2),
                       head = numbers(all * tokens, 3), headBias = numbers(tokens, 4);
    std::vector<std::vector<float>> kernels, recurrent, biases;

    explicit Network(bool cudnn)
        : isCudnn(cudnn)
    {
        for (unsigned l = 0; l < layers; ++l) {
            kernels.push_back(numbers((l == 0 ? embedding : units) * 4 * units, 10 + l));
            recurrent.push_back(numbers(units * 4 * units, 20 + l));
            biases.push_back(numbers((cudnn ? 8 : 4) * units, 30 + l));
        }
    }

    std::string file() const
    {
        Hdf5Builder builder;
        std::map<std::string, std::uint64_t> datasets{
            {"embedding/embedding/embeddings:0",
             builder.dataset({table.size() / embedding, embedding}, table)},
            {"attention/attention_1/attention_W:0", builder.dataset({all, 1}, attention)},
            {"output/output/kernel:0", builder.dataset({all, tokens}, head)},
            {"output/output/bias:0", builder.dataset({tokens}, headBias)}};
        for (std::size_t l = 0; l < layers; ++l) {
            const std::string name = fmt::format("rnn_{0}/rnn_{0}/", l + 1);
            datasets[name + "kernel:0"] =
                builder.dataset({kernels[l].size() / (4 * units), 4 * units}, kernels[l]);
            datasets[name + "recurrent_kernel:0"] = builder.dataset({units, 4 * units}, recurrent[l]);
            datasets[name + "bias:0"] = builder.dataset({biases[l].size()}, biases[l]);
        }
        return builder.finish(datasets);
    }

    /// The weight of input i for unit u of a gate. CuDNN has a gate's matrix row by row where Keras has
    /// [inputs, units].
    double weight(const std::vector<float>& kernel, std::size_t gate, std::size_t u, std::size_t i) const
    {
        if (!isCudnn)
            return double(kernel[i * 4 * units + gate * units + u]);
        const std::size_t inputs = kernel.size() / (4 * units), flat = u * inputs + i;
        return double(kernel[flat / units * 4 * units + gate * units + flat % units]);
    }

    std::vector<double> logits(const std::vector<TokenId>& text, std::size_t position) const
    {
        std::size_t begin = position + 1 > window ? position + 1 - window : 0;
        for (std::size_t t = begin; t <= position; ++t)
            if (text[t] == border)
                begin = t;
        std::vector<std::vector<double>> steps(window);
        std::vector<std::vector<double>> state(layers, std::vector<double>(units)), cell = state;
        for (std::size_t s = 0; s < window; ++s) {
            const std::size_t missing = window - (position + 1 - begin);
            const auto id = std::size_t(s < missing ? 0 : text[begin + s - missing]);
            std::vector<double> x(
                table.begin() + std::ptrdiff_t(id * embedding),
                table.begin() + std::ptrdiff_t((id + 1) * embedding));
            steps[s] = x;
            for (std::size_t l = 0; l < layers; ++l) {
                std::vector<double> next(units);
                for (std::size_t u = 0; u < units; ++u) {
                    double z[4];
                    for (std::size_t gate = 0; gate < 4; ++gate) {
                        z[gate] = double(biases[l][gate * units + u]);
                        if (isCudnn)
                            z[gate] += double(biases[l][(4 + gate) * units + u]);
                        for (std::size_t i = 0; i < x.size(); ++i)
                            z[gate] += weight(kernels[l], gate, u, i) * x[i];
                        for (std::size_t i = 0; i < units; ++i)
                            z[gate] += weight(recurrent[l], gate, u, i) * state[l][i];
                    }
                    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
                    cell[l][u] = sigmoid(z[1]) * cell[l][u] + sigmoid(z[0]) * std::tanh(z[2]);
                    next[u] = sigmoid(z[3]) * std::tanh(cell[l][u]);
                }
                x = state[l] = next;
                steps[s].insert(steps[s].end(), next.begin(), next.end());
            }
        }
        std::vector<double> shares, average(all), result(headBias.begin(), headBias.end());
        double total = 0;
        for (const auto& step : steps) {
            double score = 0;
            for (std::size_t i = 0; i < all; ++i)
                score += step[i] * double(attention[i]);
            shares.push_back(std::exp(score));
            total += shares.back();
        }
        for (std::size_t s = 0; s < window; ++s)
            for (std::size_t i = 0; i < all; ++i)
                average[i] += shares[s] / total * steps[s][i];
        for (std::size_t i = 0; i < all; ++i)
            for (std::size_t t = 0; t < tokens; ++t)
                result[t] += average[i] * double(head[i * tokens + t]);
        return result;
    }
};

/// The network as a file with its vocabulary and its settings beside it.
class Folder {
public:
    explicit Folder(const std::string& file, const std::string& config = R"({"max_length": 5})")
    {
        save("tiny_weights.hdf5", file);
        save("tiny_vocab.json", R"({"a": 1, "b": 2, "c": 3, "d": 4, "<s>": 5})");
        save("tiny_config.json", config);
    }
    std::shared_ptr<const Model> model() const { return loadModel(m_path / "tiny_weights.hdf5").value(); }

private:
    void save(const char* name, const std::string& text) const
    {
        std::ofstream(m_path / name, std::ios::binary) << text;
    }
    QTemporaryDir m_folder;
    std::filesystem::path m_path = m_folder.path().toStdString();
};

double meanLoss(const Model& model, const std::vector<TokenId>& stream)
{
    double sum = 0;
    constexpr std::size_t part = 512, before = 39; // a window reaches no further
    for (std::size_t first = 0; first + 1 < stream.size(); first += part) {
        const std::size_t begin = first < before ? 0 : first - before,
                          end = std::min(first + part, stream.size() - 1);
        const auto logits =
            logitsOf(model, {stream.begin() + std::ptrdiff_t(begin), stream.begin() + std::ptrdiff_t(end)});
        if (!logits)
            return NAN;
        const std::size_t columns = logits->type().columns();
        for (std::size_t t = first; t < end; ++t) {
            const auto row = logits->floats().subspan((t - begin) * columns, columns);
            double total = 0;
            for (const float value : row)
                total += std::exp(double(value));
            sum += std::log(total) - double(row[std::size_t(stream[t + 1])]);
        }
    }
    return sum / double(stream.size() - 1);
}

} // namespace

class TextgenrnnTest : public QObject {
    Q_OBJECT

private slots:
    void everyPositionIsWhatItsOwnWindowGives_data()
    {
        QTest::addColumn<bool>("cudnn");
        QTest::newRow("LSTM") << false;
        QTest::newRow("CuDNNLSTM") << true;
    }
    void everyPositionIsWhatItsOwnWindowGives()
    {
        QFETCH(bool, cudnn);
        const Network network(cudnn);
        const auto model = Folder(network.file()).model();
        QVERIFY2(model->graph, model->whyNotEvaluated.c_str());
        const std::vector<TokenId> text{5, 1, 2, 3, 4, 1, 2, 5, 3, 3, 1, 4, 4, 2, 5, 5, 1};
        const auto logits = logitsOf(*model, text);
        QVERIFY2(logits, logits ? "" : logits.error().message.c_str());
        for (std::size_t t = 0; t < text.size(); ++t) {
            const std::vector<double> expected = network.logits(text, t);
            for (std::size_t i = 0; i < tokens; ++i)
                QVERIFY2(
                    std::fabs(double(logits->floats()[t * tokens + i]) - expected[i]) < 2e-5,
                    qPrintable(QString("position %1, token %2").arg(t).arg(i)));
        }
    }

    void whatIsWrittenGoesOnWithTheLastWindow()
    {
        Network network(true);
        network.headBias[std::size_t(border)] = -20; // the text does not end
        const auto model = Folder(network.file()).model();
        QCOMPARE(tokensReadAgain(*model->file), window);
        std::vector<std::unique_ptr<Backend>> backends;
        backends.push_back(makeReferenceBackend());
        Generator generator(
            std::make_shared<Compressor>(model, MethodLookup(), nullptr, 1u << 20),
            std::make_unique<Executor>(std::move(backends)), model->original());
        std::vector<TokenId> text{border, 1, 2, 3, 4, 1, 3};
        QVERIFY(generator.start("abcdac", {.tokenCount = 12}, {}));
        for (int made = 0; made < 12; ++made) {
            const std::vector<double> expected = network.logits(text, text.size() - 1);
            const auto best = TokenId(std::max_element(expected.begin(), expected.end()) - expected.begin());
            const auto next = generator.next({});
            QVERIFY(next);
            QVERIFY(*next);
            QCOMPARE((*next)->token, best);
            text.push_back(best);
        }
    }

    void linesAreTextsAndUnknownCharactersAreLeftOut()
    {
        const auto model = Folder(Network(false).file()).model();
        QVERIFY2(model->tokenizer, model->whyNoTokenizer.c_str());
        const Tokenizer& tokenizer = *model->tokenizer;
        QVERIFY(tokenizer.addBos);
        QCOMPARE(tokenizer.encode("ab\nxcé<s>"), (std::vector<TokenId>{1, 2, border, 3}));
        QCOMPARE(tokenizer.encode("a<s>", true), (std::vector<TokenId>{1, border}));
        QCOMPARE(tokenizer.decode(std::vector<TokenId>{border, 1, 2, border, 3}), std::string("ab\nc"));
        QCOMPARE(tokenizer.display(border), std::string("<s>"));
    }

    void itsMatricesAreLayers()
    {
        const auto model = Folder(Network(true).file()).model();
        std::vector<std::string> names;
        for (const Layer& layer : model->layers)
            names.push_back(layer.name);
        QCOMPARE(
            names,
            (std::vector<std::string>{
                "token_embd.weight", "blk.0.lstm_input.weight", "blk.0.lstm_recurrent.weight",
                "blk.1.lstm_input.weight", "blk.1.lstm_recurrent.weight", "output.weight"}));
        QCOMPARE(model->layers[3].rows, 4 * units);
        QCOMPARE(model->layers[3].columns, units);
        QCOMPARE(
            model->parameters(),
            tokens * embedding + 4 * units * (embedding + 3 * units + 4) + all + (all + 1) * tokens);
    }

    void everyStepOfTheWindowCosts()
    {
        const auto model = Folder(Network(true).file()).model();
        const std::size_t inputs = 4 * units * (embedding + units), recurrent = 2 * 4 * units * units;
        QCOMPARE(
            decodeLoad(*model, model->original(), 0).multiplyAdds,
            double(window * inputs + (window - 1) * recurrent + all * tokens));
    }

    void shapesThatDoNotFitAreNamed()
    {
        const auto wrong = Folder(Network(false).file(), R"({"max_length": 1000})").model();
        QVERIFY(!wrong->graph);
        QVERIFY2(
            wrong->whyNotEvaluated.find("1000 characters") != std::string::npos,
            wrong->whyNotEvaluated.c_str());
        Network shorter(false);
        shorter.table.resize((tokens - 1) * embedding);
        QCOMPARE(
            Folder(shorter.file()).model()->whyNotEvaluated,
            std::string("the tokenizer has 6 tokens, tensor 'token_embd.weight' has 5 rows"));
        Network other(false);
        other.biases[1].resize(4 * units - 4);
        const auto model = Folder(other.file()).model();
        QVERIFY(!model->graph);
        QVERIFY2(
            model->whyNotEvaluated.find("blk.1.lstm_input.bias") != std::string::npos,
            model->whyNotEvaluated.c_str());
    }

    void targetsThatCannotRunItSaySo()
    {
        const auto model = Folder(Network(true).file()).model();
        const std::vector<std::string> formats(model->file->tensors.size(), "f32");
        for (const ExportTarget& target : exportTargets()) {
            const auto problems = target.check(*model->file, formats);
            const bool keepsIt = target.id.starts_with("tritloom") || target.id == "safetensors";
            QVERIFY2(problems.empty() == keepsIt, std::string(target.id).c_str());
        }
    }

    void thePairReachesItsPublishedLosses_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("loss"); // nats a character, SOURCE.md
        QTest::newRow("base") << "textgenrnn_weights.hdf5" << 1.7586;
        QTest::newRow("fine-tuned") << "hacker_news.hdf5" << 0.2011;
    }
    void thePairReachesItsPublishedLosses()
    {
        QFETCH(QString, file);
        QFETCH(double, loss);
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = loadModel(data / "llm_textgenrnn_pair" / file.toStdString());
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        std::ifstream titles(data / "llm_textgenrnn_pair" / "hacker_news_2000.txt");
        std::string text, line;
        std::getline(titles, line); // "title"
        for (int number = 0; std::getline(titles, line); ++number)
            if (number % 10 == 0)
                text += line + '\n';
        std::vector<TokenId> stream = (*model)->tokenizer->encode(text);
        stream.insert(stream.begin(), (*model)->tokenizer->bos);
        QCOMPARE(stream.size() - 1, std::size_t(8384));
        const double found = meanLoss(**model, stream);
        QVERIFY2(std::fabs(found - loss) < 6e-5, qPrintable(QString::number(found, 'g', 8)));
    }
};

QTEST_GUILESS_MAIN(TextgenrnnTest)
#include "textgenrnn_test.moc"
