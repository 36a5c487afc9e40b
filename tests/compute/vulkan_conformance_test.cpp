#include "compute/vulkan/formats.h"
#include "compute/vulkan/ops.h"
#include "compute/vulkan/vulkan_backend.h"

#include "shaders/all.h"

#include "tests/compute/picture_cases.h"
#include "tests/support/vulkan_device.h"
#include "tests/support/weights.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <limits>
#include <set>

using namespace tritloom;
using fixture::normalValues;
using fixture::randomWeights;

namespace {

struct ProductShape {
    std::size_t tokens, outputs, blocks;
};

/// Odd on purpose: one of everything, few tokens, edges of tiles, rows that no tile divides.
constexpr ProductShape shapes[] = {{1, 1, 1}, {1, 67, 2}, {3, 33, 3}, {7, 6, 1},
                                   {9, 1, 1}, {9, 67, 1}, {67, 5, 2}, {65, 129, 1}};

/// Formats that the rows stand for, and how long blocks are; below 8 only where a block is one element.
std::vector<std::pair<std::string, std::size_t>> formats()
{
    std::vector<std::pair<std::string, std::size_t>> list{
        {"f32", 1},  {"f32", 7},   {"f32", 257}, {"f32", 264}, {"f16", 1},   {"f16", 7},
        {"f16", 64}, {"f16", 257}, {"bf16", 7},  {"bf16", 64}, {"bf16", 259}};
    const auto add = [&](const std::string& id) {
        const NumberFormatPtr format = parseNumberFormat(id).value();
        const bool isThere =
            std::any_of(list.begin(), list.end(), [&](const auto& entry) { return entry.first == id; });
        if (!format->isFloat() && !isThere && vulkan::formatRowFor(*format) != nullptr)
            list.emplace_back(id, format->blockElements());
    };
    for (const char* id :
         {"int3g8", "int4g8", "int5g24", "int7g8a", "int4g72", "int8g16a"}) // blocks at odd bytes
        add(id);
    for (const NumberFormatFamily& family : numberFormatFamilies())
        for (const std::string& id : family.examples())
            add(id);
    return list;
}

std::vector<float> run(Backend& backend, const Op& op, const std::vector<Tensor>& inputs)
{
    std::vector<DeviceTensor> devices;
    for (const Tensor& input : inputs)
        devices.push_back(backend.upload(input).value());
    const auto made = backend.run(op, devices, {});
    if (!made)
        qFatal("%s", made.error().message.c_str());
    const auto result = backend.download(*made);
    if (!result)
        qFatal("%s", result.error().message.c_str());
    return result->toFloats();
}

} // namespace

/// Every Vulkan pipeline agrees with the reference on every device here, and touches nothing past its
/// tensors.
class VulkanConformanceTest : public QObject {
    Q_OBJECT

private slots:
    void productsAgreeWithTheReference_data() { addVulkanRows(); }
    void productsAgreeWithTheReference()
    {
        TRITLOOM_NEEDS_THIS_VULKAN(opened);
        Backend& backend = *opened;
        const auto reference = makeReferenceBackend();
        const Op linear{OpKind::Linear, {}}, embedding{OpKind::Embedding, {}};
        // Software devices compile each kind of product of each format for half a second. So all kinds are
        // tested of one format a shader, and of the others that they are read well; few tokens at once, where
        // nothing depends on the format, of some.
        std::set<const vulkan::Shader*> whole;
        const std::set<std::string> always{"f32", "f16", "int3g8", "q4_k"};
        for (const auto& [id, length] : formats()) {
            const NumberFormatPtr format = parseNumberFormat(id).value();
            const bool isFirst = whole.insert(vulkan::formatRowFor(*format)->shader).second;
            if (guarded && !always.contains(id) && id != "mxfp4" && id != "tq1_0")
                continue;
            for (const auto& [tokens, outputs, blocks] : shapes) {
                const bool isFew = tokens > 1 && tokens < 9;
                if (tokens > 1 && !always.contains(id) && (isFew || !isFirst))
                    continue;
                // Where there are blocks, the last one may be short.
                const std::size_t columns = length * blocks - (blocks == 3 && length > 8 ? 5 : 0);
                const Tensor weights = randomWeights(format, outputs, columns);
                const Tensor x = Tensor::adoptFloats({tokens, columns}, normalValues(tokens * columns, 1));
                const TensorType types[] = {x.type(), weights.type()};
                const QString what =
                    QString("%1, %2 tokens, %3 x %4: ").arg(id.c_str()).arg(tokens).arg(outputs).arg(columns);
                QVERIFY2(backend.supports(linear, types), qPrintable(what));
                const QString wrong = differenceOf(
                    run(backend, linear, {x, weights}), run(*reference, linear, {x, weights}),
                    2e-6f * float(columns));
                QVERIFY2(wrong.isEmpty(), qPrintable(what + wrong));
            }
            const Tensor table = randomWeights(format, 37, 3 * length - (length > 8 ? 5 : 0));
            const Tensor ids = Tensor::adoptFloats({4}, {0, 36, 7, 36});
            const QString wrong = differenceOf(
                run(backend, embedding, {ids, table}), run(*reference, embedding, {ids, table}), 1e-6f);
            QVERIFY2(wrong.isEmpty(), qPrintable(QString("rows of %1: ").arg(id.c_str()) + wrong));
        }
    }

    void opsAgreeWithTheReference_data() { addVulkanRows(); }
    void opsAgreeWithTheReference()
    {
        TRITLOOM_NEEDS_THIS_VULKAN(opened);
        Backend& backend = *opened;
        const auto reference = makeReferenceBackend();
        std::set<OpKind> tested;
        const auto check = [&](const QString& name, const Op& op, const std::vector<Tensor>& inputs) {
            std::vector<TensorType> types;
            for (const Tensor& input : inputs)
                types.push_back(input.type());
            QVERIFY2(backend.supports(op, types), qPrintable(name));
            tested.insert(op.kind);
            const QString wrong = differenceOf(run(backend, op, inputs), run(*reference, op, inputs), 1e-5f);
            QVERIFY2(wrong.isEmpty(), qPrintable(name + " " + wrong));
        };
        const auto tensor = [](Shape shape, unsigned seed, float scale = 1) {
            std::vector<float> values = normalValues(TensorType{nullptr, shape}.elements(), seed);
            for (float& value : values)
                value *= scale;
            return Tensor::adoptFloats(std::move(shape), std::move(values));
        };
        for (const std::size_t rows : {1, 3, 67}) {
            for (const std::size_t columns : {1, 7, 64, 257}) {
                const QString name = QString("[%1, %2]").arg(rows).arg(columns);
                const Tensor x = tensor({rows, columns}, 1, 3), y = tensor({rows, columns}, 2),
                             row = tensor({columns}, 3);
                check("rms norm " + name, {OpKind::RmsNorm, {{"epsilon", 1e-5}}}, {x, row});
                check(
                    "layer norm " + name, {OpKind::LayerNorm, {{"epsilon", 1e-3}}},
                    {x, row, tensor({columns}, 4)});
                check("silu " + name, {OpKind::Silu, {}}, {tensor({rows, columns}, 1, 20)});
                check("gelu " + name, {OpKind::Gelu, {}}, {tensor({rows, columns}, 1, 20)});
                check("relu2 " + name, {OpKind::Relu2, {}}, {x});
                check("add " + name, {OpKind::Add, {}}, {x, y});
                check("add a row " + name, {OpKind::Add, {}}, {x, row});
                check("multiply by a number " + name, {OpKind::Multiply, {}}, {x, tensor({1}, 3)});
                check("multiply " + name, {OpKind::Multiply, {}}, {x, y});
                check("log softmax " + name, {OpKind::LogSoftmax, {}}, {x});
                check("softmax " + name, {OpKind::Softmax, {{"axis", 1}}}, {x});
                check("arg max " + name, {OpKind::ArgMax, {}}, {x});
                check(
                    "pick " + name, {OpKind::Pick, {}},
                    {x, Tensor::adoptFloats({rows}, std::vector<float>(rows, float(columns - 1)))});
                const Tensor p =
                    Tensor::adoptFloats({rows, columns}, run(*reference, {OpKind::LogSoftmax, {}}, {x}));
                const Tensor q =
                    Tensor::adoptFloats({rows, columns}, run(*reference, {OpKind::LogSoftmax, {}}, {y}));
                check("divergence " + name, {OpKind::Divergence, {}}, {p, q});
                check("concat " + name, {OpKind::Concat, {{"axis", 0}}}, {x, tensor({2, columns}, 5)});
                if (columns == 257)
                    check("slice " + name, {OpKind::Slice, {{"begin", 13}, {"count", 101}}}, {x});
            }
            check(
                QString("norm of heads %1").arg(rows), {OpKind::RmsNorm, {}},
                {tensor({rows, 48}, 1), tensor({16}, 2)});
            for (const bool half : {false, true}) {
                Op op{
                    OpKind::Rope,
                    {{"headSize", 16}, {"base", 10000}, {"position", 3005}, {"halfSplit", half ? 1.0 : 0.0}}};
                check(QString("rope %1").arg(rows), op, {tensor({rows, 48}, 4)});
                op.attributes["factor"] = 2;
                check(
                    QString("rope with divisors %1").arg(rows), op,
                    {tensor({rows, 48}, 4), Tensor::adoptFloats({8}, {1, 2, 3, 4, 5, 6, 7, 8})});
                op.attributes["dimensions"] = 10;
                check(QString("rope of a part %1").arg(rows), op, {tensor({rows, 48}, 4)});
            }
            for (const std::size_t size : {1, 16, 80, 256})
                for (const std::size_t past : {0, 5, 130})
                    check(
                        QString("attention %1 after %2, %3 wide").arg(rows).arg(past).arg(size),
                        {OpKind::Attention, {{"heads", 6}, {"kvHeads", 2}}},
                        {tensor({rows, 6 * size}, 5), tensor({rows + past, 2 * size}, 6),
                         tensor({rows + past, 2 * size}, 7)});
            for (const double window : {1, 3, 70, 500})
                check(
                    QString("attention %1 that sees %2").arg(rows).arg(window),
                    {OpKind::Attention, {{"heads", 6}, {"kvHeads", 2}, {"window", window}}},
                    {tensor({rows, 96}, 5), tensor({rows + 130, 32}, 6), tensor({rows + 130, 32}, 7)});
            for (const std::size_t groups : {1, 3})
                for (const std::size_t channels : {1, 4}) {
                    std::vector<float> scales(groups * channels), zeros;
                    for (std::size_t i = 0; i < scales.size(); ++i)
                        scales[i] = 0.01f * float(i + 1);
                    zeros.assign(scales.size(), 101);
                    std::vector<float> times(groups);
                    for (std::size_t i = 0; i < groups; ++i)
                        times[i] = 100 * float(i + 1);
                    // Halves among the quotients too.
                    std::vector<float> x = normalValues(rows * 4 * 15, 9);
                    for (std::size_t i = 0; i < x.size(); i += 3)
                        x[i] = scales[0] * (float(i % 50) - 20.5f);
                    x[1] = std::numeric_limits<float>::infinity();
                    check(
                        QString("ranges of %1 channels in %2 groups, %3").arg(channels).arg(groups).arg(rows),
                        {OpKind::QuantizeRows, {{"bits", 8}, {"inner", 15}, {"time", 150}}},
                        {Tensor::adoptFloats({rows, 4, 3, 5}, x),
                         Tensor::adoptFloats({groups, channels}, scales),
                         Tensor::adoptFloats({groups, channels}, zeros),
                         Tensor::adoptFloats({groups}, times)});
                }
            check(
                QString("attention to all %1").arg(rows),
                {OpKind::Attention, {{"heads", 3}, {"kvHeads", 3}, {"causal", 0}}},
                {tensor({rows, 24}, 5), tensor({66, 24}, 6), tensor({66, 24}, 7)});
        }
        for (const vulkan::OpRow& row : vulkan::opRows()) // those on pictures have a test of their own
            QVERIFY2(row.kind >= OpKind::Constant || tested.contains(row.kind), nameOf(row.kind).data());
    }

    void refusesWhatItCannotDo()
    {
        for (const std::string& name : vulkanDevices()) {
            auto opened = openVulkan(name, {});
            if (!opened)
                continue;
            const auto type = [](const char* format, Shape shape) {
                return TensorType{parseNumberFormat(format).value(), std::move(shape)};
            };
            const auto can = [&](OpKind op, TensorType x, TensorType w) {
                const TensorType types[] = {std::move(x), std::move(w)};
                return (*opened)->supports({op, {}}, types);
            };
            QVERIFY(can(OpKind::Linear, type("f32", {3, 64}), type("int4g64", {5, 64})));
            QVERIFY(!can(OpKind::Linear, type("f32", {3, 256}), type("iq2_xs", {5, 256})));
            QVERIFY(
                !can(OpKind::Linear, type("f32", {3, 32}), type("int4g64", {5, 64}))); // not the same length
            QVERIFY(!can(OpKind::Linear, type("f16", {3, 64}), type("int4g64", {5, 64})));
            QVERIFY(!can(OpKind::Add, type("f32", {3, 64}), type("f16", {3, 64})));
            QVERIFY(!can(OpKind::Add, type("f32", {3, 64}), type("f32", {3, 32})));
            const std::size_t many = std::size_t{1} << 31;
            QVERIFY(!can(
                OpKind::Linear, type("f32", {3, 64}), type("f32", {many, 64}))); // over every device's limit
            // What a shader cannot see is said before anything is recorded.
            const DeviceTensor inputs[] = {
                (*opened)->upload(Tensor::adoptFloats({2}, {0, 5})).value(),
                (*opened)->upload(Tensor::adoptFloats({5, 8}, normalValues(40, 1))).value()};
            const auto outside = (*opened)->run({OpKind::Embedding, {}}, inputs, {});
            QVERIFY(!outside && outside.error().code == ErrorCode::InvalidInput);
        }
        const auto none = makeVulkanBackend("no such device");
        QVERIFY(!none && !none.error().message.empty());
    }

    void tensorsOutliveTheirBackend()
    {
        std::vector<DeviceTensor> kept;
        for (const std::string& name : vulkanDevices())
            if (auto opened = openVulkan(name, {}))
                kept.push_back((*opened)->upload(Tensor::adoptFloats({3}, {1, 2, 3})).value());
        kept.clear();
    }

    void shadersAreValid()
    {
        const QString validator = QStandardPaths::findExecutable("spirv-val");
        if (validator.isEmpty())
            QSKIP("spirv-val is not installed");
        const QTemporaryDir folder;
        const QString path = folder.filePath("shader.spv");
        for (const vulkan::Shader* shader : vulkan::shaders::all())
            for (const auto words : shader->words) {
                if (words.empty())
                    continue;
                QFile file(path);
                QVERIFY(file.open(QIODevice::WriteOnly));
                file.write(reinterpret_cast<const char*>(words.data()), qint64(words.size_bytes()));
                file.close();
                QProcess process;
                process.start(validator, {"--target-env", "vulkan1.2", path});
                QVERIFY(process.waitForFinished());
                QVERIFY2(
                    process.exitCode() == 0,
                    process.readAllStandardError() + process.readAllStandardOutput());
            }
    }
};

QTEST_APPLESS_MAIN(VulkanConformanceTest)
#include "vulkan_conformance_test.moc"
