#include "compute/cpu/cpu_backend.h"
#include "core/backend/backend.h"

#include <QTest>

#include <random>

using namespace tritloom;

namespace {

Tensor gaussian(Shape shape, unsigned seed, float scale = 1)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, scale);
    std::vector<float> values(TensorType{nullptr, shape}.elements());
    for (float& value : values)
        value = normal(random);
    return Tensor::adoptFloats(std::move(shape), std::move(values));
}

Tensor encoded(const Tensor& tensor, const NumberFormatPtr& format)
{
    const TensorType type{format, tensor.type().shape};
    std::vector<std::byte> bytes(type.bytes());
    std::vector<float> row(type.columns()), block(format->blockElements());
    for (std::size_t r = 0; r < type.rows(); ++r) {
        tensor.decodeRows(r, row);
        auto out = std::span(bytes).subspan(r * type.rowBytes(), type.rowBytes());
        for (std::size_t c = 0; c < row.size(); c += block.size()) {
            std::fill(block.begin(), block.end(), 0.0f);
            std::copy_n(row.begin() + long(c), std::min(block.size(), row.size() - c), block.begin());
            format->encode(block, out.first(format->blockBytes()));
            out = out.subspan(format->blockBytes());
        }
    }
    return Tensor::adopt(type, std::move(bytes));
}

struct Case {
    std::string name;
    Op op;
    std::vector<Tensor> inputs;
};

/// Odd shapes on purpose: one row, lengths that no vector divides, one block.
std::vector<Case> cases()
{
    std::vector<Case> list;
    const auto add = [&](std::string name, Op op, std::vector<Tensor> inputs) {
        list.push_back({std::move(name), std::move(op), std::move(inputs)});
    };
    for (const std::size_t rows : {1, 3, 67}) {
        for (const std::size_t columns : {1, 7, 32, 257}) {
            const std::string shape = fmt::format("[{}, {}]", rows, columns);
            const Tensor x = gaussian({rows, columns}, 1, 2), y = gaussian({rows, columns}, 2);
            add("rms_norm " + shape, {OpKind::RmsNorm, {{"epsilon", 1e-5}}}, {x, gaussian({columns}, 3)});
            add("silu " + shape, {OpKind::Silu, {}}, {x});
            add("gelu " + shape, {OpKind::Gelu, {}}, {x});
            add("add " + shape, {OpKind::Add, {}}, {x, y});
            add("add a row " + shape, {OpKind::Add, {}}, {x, gaussian({columns}, 3)});
            add("multiply by a number " + shape, {OpKind::Multiply, {}}, {x, gaussian({1}, 3)});
            add("log_softmax " + shape, {OpKind::LogSoftmax, {}}, {x});
        }
        const auto head = [](bool half) {
            return Op{OpKind::Rope, {{"headSize", 16}, {"base", 10000}, {"position", 5}, {"halfSplit", half ? 1.0 : 0.0}}};
        };
        add(fmt::format("rope {}", rows), head(false), {gaussian({rows, 48}, 4)});
        add(fmt::format("rope by halves {}", rows), head(true), {gaussian({rows, 48}, 4)});
        for (const std::size_t past : {0, 5})
            add(fmt::format("attention {} after {}", rows, past),
                {OpKind::Attention, {{"heads", 6}, {"kvHeads", 2}}},
                {gaussian({rows, 96}, 5), gaussian({rows + past, 32}, 6), gaussian({rows + past, 32}, 7)});
        for (const double window : {1, 3, 70, 500})
            add(fmt::format("attention {} that sees {}", rows, window),
                {OpKind::Attention, {{"heads", 6}, {"kvHeads", 2}, {"window", window}}},
                {gaussian({rows, 96}, 5), gaussian({rows + 5, 32}, 6), gaussian({rows + 5, 32}, 7)});
    }
    return list;
}

} // namespace

/// Every CPU op agrees with the reference on every instruction set and every number format.
class OpConformanceTest : public QObject {
    Q_OBJECT

private slots:
    void opsAgreeWithTheReference_data()
    {
        QTest::addColumn<QString>("set");
        QTest::addColumn<int>("index");
        const std::vector<Case> list = cases();
        for (const std::string& set : cpuInstructionSets())
            for (std::size_t i = 0; i < list.size(); ++i)
                QTest::addRow("%s %s", set.c_str(), list[i].name.c_str()) << QString::fromStdString(set) << int(i);
    }
    void opsAgreeWithTheReference()
    {
        QFETCH(QString, set);
        QFETCH(int, index);
        static const std::vector<Case> list = cases();
        compare(*makeCpuBackend(set.toStdString()).value(), list[std::size_t(index)].op, list[std::size_t(index)].inputs, 1e-5f);
    }

    void productsAgreeWithTheReference_data()
    {
        QTest::addColumn<QString>("set");
        QTest::addColumn<QString>("format");
        for (const std::string& set : cpuInstructionSets())
            for (const NumberFormatFamily& family : numberFormatFamilies())
                for (const std::string& id : family.examples())
                    QTest::addRow("%s %s", set.c_str(), id.c_str())
                        << QString::fromStdString(set) << QString::fromStdString(id);
    }
    void productsAgreeWithTheReference()
    {
        QFETCH(QString, set);
        QFETCH(QString, format);
        const NumberFormatPtr number = parseNumberFormat(format.toStdString()).value();
        const auto backend = makeCpuBackend(set.toStdString()).value();
        for (const auto& [tokens, outputs, blocks] : {std::tuple(1, 1, 1), {1, 67, 2}, {5, 7, 1}, {33, 70, 3}}) {
            const std::size_t columns = std::max<std::size_t>(number->blockElements(), 8) * std::size_t(blocks);
            const Tensor x = gaussian({std::size_t(tokens), columns}, 1);
            const Tensor w = encoded(gaussian({std::size_t(outputs), columns}, 2, number->levelCount() == 0 ? 3 : 1), number);
            compare(*backend, {OpKind::Linear, {}}, {x, w}, 2e-6f * float(columns));
        }
    }

    // Nothing to sum is 0, not what was in the memory before.
    void productsOverNoColumnsAreZero()
    {
        for (const std::string& set : cpuInstructionSets())
            for (const std::size_t tokens : {1, 5, 33}) {
                const auto backend = makeCpuBackend(set).value();
                for (int round = 0; round < 2; ++round) { // the second finds the first's memory
                    compare(
                        *backend, {OpKind::Linear, {}},
                        {Tensor::adoptFloats({tokens, 0}, {}), Tensor::adoptFloats({70, 0}, {})}, 0);
                    compare(
                        *backend, {OpKind::Linear, {}}, {gaussian({tokens, 64}, 1), gaussian({70, 64}, 2)},
                        1e-4f);
                }
            }
    }

    // A library whose products are not safe beside each other gives a wrong one in some ten thousand.
    void productsBesideEachOtherAreAlwaysTheSame()
    {
        const auto backend = makeCpuBackend().value();
        const DeviceTensor linear[] = {
            backend->upload(gaussian({48, 256}, 1)).value(), backend->upload(gaussian({4096, 256}, 2)).value()};
        const DeviceTensor attention[] = {
            backend->upload(gaussian({128, 512}, 3)).value(), backend->upload(gaussian({128, 512}, 4)).value(),
            backend->upload(gaussian({128, 512}, 5)).value()};
        const Op heads{OpKind::Attention, {{"heads", 32}, {"kvHeads", 32}}};
        const auto run = [&](const Op& op, std::span<const DeviceTensor> inputs) {
            return backend->download(backend->run(op, inputs, {}).value()).value().toFloats();
        };
        const std::vector<float> product = run({OpKind::Linear, {}}, linear), seen = run(heads, attention);
        for (int round = 0; round < 300; ++round) {
            QVERIFY(run({OpKind::Linear, {}}, linear) == product);
            QVERIFY(run(heads, attention) == seen);
        }
    }

    void divergenceAgreesWithTheReference()
    {
        for (const std::string& set : cpuInstructionSets()) {
            const auto backend = makeCpuBackend(set).value();
            const auto logs = [&](unsigned seed) {
                const DeviceTensor x[] = {backend->upload(gaussian({9, 301}, seed, 4)).value()};
                return backend->download(backend->run({OpKind::LogSoftmax, {}}, x, {}).value()).value();
            };
            compare(*backend, {OpKind::Divergence, {}}, {logs(1), logs(2)}, 1e-5f);
        }
    }

private:
    static std::vector<float> run(Backend& backend, const Op& op, const std::vector<Tensor>& inputs)
    {
        std::vector<DeviceTensor> devices;
        for (const Tensor& input : inputs)
            devices.push_back(backend.upload(input).value());
        return backend.download(backend.run(op, devices, {}).value()).value().toFloats();
    }
    static void compare(Backend& backend, const Op& op, const std::vector<Tensor>& inputs, float tolerance)
    {
        const std::vector<float> expected = run(*makeReferenceBackend(), op, inputs), actual = run(backend, op, inputs);
        QCOMPARE(actual.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(
                std::abs(actual[i] - expected[i]) <= tolerance * std::max(1.0f, std::abs(expected[i])),
                qPrintable(QString("[%1]: %2, expected %3").arg(i).arg(actual[i]).arg(expected[i])));
    }
};

QTEST_APPLESS_MAIN(OpConformanceTest)
#include "op_conformance_test.moc"
