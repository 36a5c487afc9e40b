#include "core/file/model_file.h"

#include "core/base/half.h"
#include "tests/support/safetensors_builder.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace tritloom;

namespace {

std::vector<std::uint32_t> words(const QString& text)
{
    std::vector<std::uint32_t> list;
    for (const QString& word : text.split(' ', Qt::SkipEmptyParts))
        list.push_back(word.toUInt(nullptr, 16));
    return list;
}

/// Signed codes as the unsigned ones that are packed.
std::vector<std::uint8_t> unsignedCodes(const std::vector<int>& codes, unsigned bits)
{
    std::vector<std::uint8_t> fields;
    for (const int code : codes)
        fields.push_back(std::uint8_t(code + (1 << (bits - 1))));
    return fields;
}

std::vector<std::uint16_t> halves(const std::vector<float>& values)
{
    std::vector<std::uint16_t> list;
    for (const float value : values)
        list.push_back(floatToHalf(value));
    return list;
}

} // namespace

/// Layouts against the golden vectors of the format notes, and checkpoints of other quantizers opened.
class PackedMatrixTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) { return m_folder.filePath(name).toStdString(); }

    /// A folder without an architecture: names stay as they are.
    Result<ModelFile>
    opened(const char* name, const SafetensorsBuilder& tensors, const QByteArray& quantization)
    {
        const auto folder = path(name);
        std::filesystem::create_directories(folder);
        saveText(
            folder / "config.json", "{\"model_type\":\"x\",\"quantization_config\":" + quantization + "}");
        tensors.save(folder / "model.safetensors");
        return openModel(folder);
    }

private slots:
    void codesPackAsTheGoldenWords_data()
    {
        QTest::addColumn<unsigned>("bits");
        QTest::addColumn<QString>("golden");
        QTest::newRow("1") << 1u << "aaaaaaaa";
        QTest::newRow("2") << 2u << "e4e4e4e4 e4e4e4e4";
        QTest::newRow("3") << 3u << "88fac688 c688fac6 fac688fa";
        QTest::newRow("4") << 4u << "76543210 fedcba98 76543210 fedcba98";
        QTest::newRow("5") << 5u << "8a418820 c5a92839 ca307b9a 38bdab49 ffbbcdeb";
        QTest::newRow("6") << 6u << "440c2040 a2481c61 3ce34c2c 544d2450 a6585d65 7de75c6d";
        QTest::newRow("7") << 7u << "40608080 880e1828 68c16284 88901e38 58a94264 668c982e 3e78e9c3";
        QTest::newRow("8") << 8u << "03020100 07060504 0b0a0908 0f0e0d0c 13121110 17161514 1b1a1918 1f1e1d1c";
    }
    void codesPackAsTheGoldenWords()
    {
        QFETCH(unsigned, bits);
        QFETCH(QString, golden);
        std::vector<std::uint8_t> codes;
        for (unsigned i = 0; i < 32; ++i)
            codes.push_back(std::uint8_t(i & ((1u << bits) - 1)));
        QCOMPARE(packFields(codes, bits), words(golden));
        QCOMPARE(unpackFields(words(golden), bits, 32), codes);
        QCOMPARE(packColumns(codes, 1, bits), words(golden)); // one column is one stream
    }

    void shortRowsLeaveTheLastWordOpen()
    {
        QCOMPARE(packFields(unsignedCodes({-4, 3, 0, -1, 2}, 3), 3), words("00006738"));
        QCOMPARE(
            packFields(unsignedCodes({-8, 7, 0, -1, 2, 1, -2, -3, 4}, 4), 4), words("569a78f0 0000000c"));
        QCOMPARE(packFields(unsignedCodes({7, -8, 1, 0, 0, 4, -4, 7}, 4), 4), words("f4c8890f"));
        QCOMPARE(
            packFields(std::vector<std::uint8_t>{3, 4, 5, 6, 7, 8, 9, 10}, 4), words("a9876543")); // GPTQ
    }

    void zeroPointsPackDownTheRows()
    {
        const std::vector<int> zeros{-8, -7, 7, 6, 0, 1, -1, -2, 3, 3, 4, 4, 5, 5, -6, -6, 2, 2}; // [9, 2]
        QCOMPARE(packColumns(unsignedCodes(zeros, 4), 2, 4), words("2dcb78f0 2dcb69e1 0000000a 0000000a"));
    }

    void opensCompressedTensors_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("symmetric");
        QTest::addColumn<bool>("channel");
        for (const int bits : {2, 3, 4, 8})
            for (const bool symmetric : {true, false})
                for (const bool channel : {true, false})
                    QTest::addRow(
                        "%d bits%s%s", bits, symmetric ? "" : " asymmetric", channel ? " a channel" : "")
                        << bits << symmetric << channel;
    }
    void opensCompressedTensors()
    {
        QFETCH(int, bits);
        QFETCH(bool, symmetric);
        QFETCH(bool, channel);
        const std::size_t outputs = 5, inputs = 48, group = channel ? 48 : 16, groups = inputs / group;
        std::vector<std::uint32_t> codes;
        std::vector<std::uint8_t> zeros;
        std::vector<float> scales, expected;
        for (std::size_t o = 0; o < outputs; ++o) {
            for (std::size_t g = 0; g < groups; ++g) {
                scales.push_back(halfToFloat(floatToHalf(0.01f * float(1 + o + 3 * g))));
                zeros.push_back(
                    symmetric ? std::uint8_t(1 << (bits - 1)) : std::uint8_t((o + g) % (1u << bits)));
            }
            std::vector<std::uint8_t> row;
            for (std::size_t i = 0; i < inputs; ++i) {
                row.push_back(std::uint8_t((i * 7 + o) % (1u << bits)));
                const std::size_t at = o * groups + i / group;
                expected.push_back(float(int(row.back()) - int(zeros[at])) * scales[at]);
            }
            for (const std::uint32_t word : packFields(row, unsigned(bits)))
                codes.push_back(word);
        }
        SafetensorsBuilder file;
        file.add("a.weight_packed", "I32", {outputs, codes.size() / outputs}, codes);
        file.add("a.weight_scale", "F16", {outputs, groups}, halves(scales));
        file.add("a.weight_shape", "I64", {2}, std::vector<std::int64_t>{outputs, inputs});
        if (!symmetric) {
            const auto packed = packColumns(zeros, groups, unsigned(bits));
            file.add("a.weight_zero_point", "I32", {packed.size() / groups, groups}, packed);
        }
        const auto model = opened(
            QTest::currentDataTag(), file,
            QString(R"({"quant_method":"compressed-tensors","config_groups":{"group_0":{"targets":["Linear"],
                       "weights":{"num_bits":%1}}}})")
                .arg(bits)
                .toUtf8());
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->tensors.size(), std::size_t(1)); // parts are no tensors of the model
        const NamedTensor& tensor = model->tensors[0];
        QCOMPARE(tensor.name, std::string("a.weight"));
        QCOMPARE(tensor.shape, (Shape{outputs, inputs}));
        const Tensor weights = materialise(tensor).value();
        QCOMPARE(weights.type().format->id(), fmt::format("{}int{}g{}", symmetric ? "" : "u", bits, group));
        QCOMPARE(storedFormat(tensor)->id(), weights.type().format->id());
        QCOMPARE(weights.toFloats(), expected);
        QVERIFY(storedBytes(tensor) >= codes.size() * 4);
    }

    void opensIntQuantized()
    {
        SafetensorsBuilder file;
        std::vector<std::int8_t> codes;
        for (int i = 0; i < 32; ++i)
            codes.push_back(std::int8_t(i * 8 - 128));
        file.add("a.weight", "I8", {2, 16}, codes);
        file.add("a.weight_scale", "F16", {2, 1}, halves({0.5f, 0.25f}));
        const auto model =
            opened("int8", file, R"({"quant_method":"compressed-tensors","format":"int-quantized"})");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const Tensor weights = materialise(model->tensors.at(0)).value();
        QCOMPARE(weights.type().format->id(), std::string("int8g16"));
        QCOMPARE(weights.toFloats()[0], -64.0f);
        QCOMPARE(weights.toFloats()[31], 30.0f);
    }

    void opensGptq_data()
    {
        QTest::addColumn<QString>("version");
        QTest::addColumn<bool>("symmetric");
        QTest::newRow("v1 symmetric") << "gptq" << true;
        QTest::newRow("v1") << "gptq" << false;
        QTest::newRow("v2") << "gptq_v2" << false;
    }
    void opensGptq()
    {
        QFETCH(QString, version);
        QFETCH(bool, symmetric);
        const std::size_t outputs = 16, inputs = 32, groups = 2;
        const unsigned offset = version == "gptq" ? 1 : 0;
        std::vector<std::uint8_t> codes(inputs * outputs), zeros(groups * outputs);
        std::vector<float> scales(groups * outputs), expected(outputs * inputs);
        for (std::size_t g = 0; g < groups; ++g)
            for (std::size_t o = 0; o < outputs; ++o) {
                zeros[g * outputs + o] = symmetric ? 8 : std::uint8_t(1 + (o + g) % 15);
                scales[g * outputs + o] = halfToFloat(floatToHalf(0.02f * float(1 + o + 2 * g)));
            }
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t o = 0; o < outputs; ++o) {
                codes[i * outputs + o] = std::uint8_t((i * 5 + o * 3) % 16);
                const std::size_t at = i / 16 * outputs + o;
                expected[o * inputs + i] = float(int(codes[i * outputs + o]) - int(zeros[at])) * scales[at];
            }
        std::vector<std::uint32_t> packedZeros;
        for (std::size_t g = 0; g < groups; ++g) {
            std::vector<std::uint8_t> row(
                zeros.begin() + long(g * outputs), zeros.begin() + long((g + 1) * outputs));
            for (std::uint8_t& zero : row)
                zero = std::uint8_t(zero - offset);
            for (const std::uint32_t word : packFields(row, 4))
                packedZeros.push_back(word);
        }
        if (symmetric)
            QCOMPARE(packedZeros, words("77777777 77777777 77777777 77777777"));
        std::vector<std::int32_t> order;
        for (std::size_t i = 0; i < inputs; ++i)
            order.push_back(int(i / 16));
        SafetensorsBuilder file;
        file.add("a.qweight", "I32", {inputs / 8, outputs}, packColumns(codes, outputs, 4));
        file.add("a.qzeros", "I32", {groups, outputs / 8}, packedZeros);
        file.add("a.scales", "F16", {groups, outputs}, halves(scales));
        file.add("a.g_idx", "I32", {inputs}, order);
        const QByteArray config =
            QString(R"({"quant_method":"gptq","bits":4,"sym":%1,"checkpoint_format":"%2"})")
                .arg(symmetric ? "true" : "false", version)
                .toUtf8();
        const auto model = opened(QTest::currentDataTag(), file, config);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const Tensor weights = materialise(model->tensors.at(0)).value();
        QCOMPARE(weights.type().format->id(), std::string(symmetric ? "int4g16" : "uint4g16"));
        QCOMPARE(weights.toFloats(), expected);
    }

    void groupsInAnotherOrderBecomeFloats()
    {
        SafetensorsBuilder file;
        const std::vector<std::uint8_t> codes(16 * 8, 9);
        file.add("a.qweight", "I32", {2, 8}, packColumns(codes, 8, 4));
        file.add("a.qzeros", "I32", {2, 1}, std::vector<std::uint32_t>(2, 0x77777777));
        std::vector<float> scales(8, 1);
        scales.resize(16, 2);
        file.add("a.scales", "F16", {2, 8}, halves(scales));
        std::vector<std::int32_t> order;
        for (int i = 0; i < 16; ++i)
            order.push_back(i % 2);
        file.add("a.g_idx", "I32", {16}, order);
        const auto model = opened("order", file, R"({"quant_method":"gptq","bits":4,"sym":true})");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const Tensor weights = materialise(model->tensors.at(0)).value();
        QCOMPARE(weights.type().format->id(), std::string("f32"));
        QCOMPARE(weights.toFloats()[0], 1.0f);
        QCOMPARE(weights.toFloats()[1], 2.0f);
    }

    void aSymmetricFileWithOtherZeroPointsIsReadAsItIs()
    {
        SafetensorsBuilder file;
        file.add("a.qweight", "I32", {1, 8}, packColumns(std::vector<std::uint8_t>(8 * 8, 9), 8, 4));
        file.add("a.qzeros", "I32", {1, 1}, std::vector<std::uint32_t>{0x77777775});
        file.add("a.scales", "F16", {1, 8}, halves(std::vector<float>(8, 1)));
        const auto model = opened("lying", file, R"({"quant_method":"gptq","bits":4,"sym":true})");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const Tensor weights = materialise(model->tensors.at(0)).value();
        QCOMPARE(weights.toFloats()[0], 3.0f); // 9 - 6
        QCOMPARE(weights.toFloats()[8], 1.0f);
    }

    void scalesThatAreNoHalvesBecomeFloats()
    {
        for (const bool half : {true, false}) {
            SafetensorsBuilder file;
            file.add("a.weight_packed", "I32", {1, 1}, std::vector<std::uint32_t>{0x99999999});
            file.add("a.weight_scale", "F32", {1, 1}, std::vector<float>{half ? 0.5f : 0.1f});
            file.add("a.weight_shape", "I64", {2}, std::vector<std::int64_t>{1, 8});
            const auto model = opened(
                half ? "half" : "tenth", file,
                R"({"quant_method":"compressed-tensors","config_groups":{"g":{"targets":["a"],"weights":{"num_bits":4}}}})");
            QVERIFY2(model, model ? "" : model.error().message.c_str());
            const Tensor weights = materialise(model->tensors.at(0)).value();
            QCOMPARE(weights.type().format->id(), std::string(half ? "int4g8" : "f32"));
            QCOMPARE(weights.toFloats()[0], half ? 0.5f : 0.1f);
        }
    }

    void brokenPartsAreSentences_data()
    {
        QTest::addColumn<QString>("lie");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("no scale") << "no scale"
                                  << "'a.weight_scale' is missing";
        QTest::newRow("shape") << "shape"
                               << "weight_shape does not fit";
        QTest::newRow("huge shape") << "huge"
                                    << "weight_shape does not fit";
        QTest::newRow("type") << "type"
                              << "is of type F32, I32 is expected";
        QTest::newRow("old layout") << "old"
                                    << "none by the widths";
        QTest::newRow("group") << "group"
                               << "group 21 is not a multiple of 8";
    }
    void brokenPartsAreSentences()
    {
        QFETCH(QString, lie);
        QFETCH(QString, sentence);
        SafetensorsBuilder file;
        const bool isOld = lie == "old";
        if (lie == "type")
            file.add("a.weight_packed", "F32", {1, 8}, std::vector<float>(8, 0));
        else
            file.add(
                "a.weight_packed", "I32", {1, isOld ? 7u : 8u}, std::vector<std::uint32_t>(isOld ? 7 : 8, 0));
        if (lie != "no scale") {
            const std::size_t groups = lie == "group" ? 3 : 1;
            file.add("a.weight_scale", "F16", {1, groups}, std::vector<std::uint16_t>(groups, 0x3c00));
        }
        const std::int64_t inputs = lie == "shape" ? 0
            : lie == "huge"                        ? (std::int64_t{1} << 62)
            : lie == "group"                       ? 61
                                                   : 64;
        file.add("a.weight_shape", "I64", {2}, std::vector<std::int64_t>{1, inputs});
        const auto model = opened(
            lie.toUtf8(), file,
            QString(R"({"quant_method":"compressed-tensors","config_groups":{"g":{"targets":["Linear"],
                       "weights":{"num_bits":%1}}}})")
                .arg(isOld ? 3 : 4)
                .toUtf8());
        QVERIFY(!model);
        QVERIFY2(
            model.error().message.find(sentence.toStdString()) != std::string::npos,
            model.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(PackedMatrixTest)
#include "packed_matrix_test.moc"
