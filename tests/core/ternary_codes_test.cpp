#include "core/base/half.h"
#include "core/file/gguf.h"
#include "core/file/ternary_codes.h"
#include "tests/support/gguf_builder.h"

#include <QTest>

#include <cstring>
#include <random>

using namespace tritloom;

namespace {

constexpr std::uint32_t i2s = 36, iq1bn = 134, iq2bn = 135, iq2bnR4 = 335;

GgufBuilder fileOf(std::uint32_t type, std::int64_t columns, std::int64_t rows, const QByteArray& bytes)
{
    GgufBuilder file(3, 1);
    file.tensor("a", {columns, rows}, type, 0).data(0);
    file.raw({bytes.constData(), std::size_t(bytes.size())});
    return file;
}

Result<ModelFile> parse(const GgufBuilder& file)
{
    const auto owner = std::make_shared<const std::vector<std::byte>>(file.bytes());
    return gguf::parse(*owner, "x.gguf", owner);
}

/// The layouts in the words of the format notes, from a weight's place in the matrix to its field.
struct PlainReader {
    const QByteArray& bytes;
    std::size_t columns, rows;

    unsigned at(std::size_t index) const { return static_cast<unsigned char>(bytes[qsizetype(index)]); }
    float single(std::size_t index) const
    {
        float value;
        std::memcpy(&value, bytes.constData() + index, sizeof value);
        return value;
    }

    float i2s(std::size_t r, std::size_t c) const
    {
        const std::size_t n = r * columns + c, run = n / 128, j = n % 128;
        const unsigned shift[4] = {6, 4, 2, 0};
        const int field = int(at(32 * run + j % 32) >> shift[j / 32] & 3);
        return single(rows * columns / 4) * float(field - 1);
    }
    float iq1bn(std::size_t r, std::size_t c) const
    {
        const std::size_t row = r * (2 + columns / 64 * 13), block = row + 2 + c / 64 * 13, j = c % 64;
        const bool isLast = j % 16 == 15;
        const unsigned byte = at(isLast ? block + 12 : block + j / 16 * 3 + j % 16 / 5);
        std::size_t place = isLast ? j / 16 : j % 16 % 5;
        unsigned number = byte * 243 / 256; // the fraction, rounded up, is a whole number again
        while (place-- > 0)
            number /= 3;
        const auto scale = std::uint16_t(at(row) | at(row + 1) << 8);
        return halfToFloat(scale) * float(int(number % 3) - 1);
    }
    float iq2bn(std::size_t r, std::size_t c) const
    {
        const std::size_t row = r * (4 + columns / 4), j = c % 64;
        const int field = int(at(row + 4 + c / 64 * 16 + j % 16) / (1u << 2 * (j / 16)) % 4);
        return single(row) * float(field - 1);
    }
    float iq2bnR4(std::size_t r, std::size_t c) const
    {
        const std::size_t four = r / 4 * (16 + columns), k = r % 4, l = c % 64 / 16;
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t step = 0; step < 4; ++step)
                if (16 * l + i + 4 * step == c % 64) {
                    const unsigned byte = at(four + 16 + c / 64 * 64 + 16 * l + 4 * k + i);
                    return single(four + 4 * k) * float(int(byte >> 2 * step & 3) - 1);
                }
        return NAN;
    }
    float value(std::uint32_t type, std::size_t r, std::size_t c) const
    {
        return type == ::i2s  ? i2s(r, c)
            : type == ::iq1bn ? iq1bn(r, c)
            : type == ::iq2bn ? iq2bn(r, c)
                              : iq2bnR4(r, c);
    }
};

/// Any bytes but those with a field of 3, and scales that halves hold.
QByteArray randomBytes(std::uint32_t type, std::size_t columns, std::size_t rows)
{
    std::mt19937 random(type);
    const auto pairs = [&] {
        unsigned byte = 0;
        for (int i = 0; i < 4; ++i)
            byte = byte * 4 + random() % 3;
        return char(byte);
    };
    QByteArray bytes;
    const auto single = [&](float value) { bytes.append(reinterpret_cast<const char*>(&value), 4); };
    if (type == i2s) {
        for (std::size_t i = 0; i < rows * columns / 4; ++i)
            bytes.append(pairs());
        single(1.25f);
        bytes.append(QByteArray(28, 'x')); // means nothing
        return bytes;
    }
    const std::size_t together = type == iq2bnR4 ? 4 : 1;
    for (std::size_t r = 0; r < rows; r += together) {
        if (type == iq1bn) {
            const std::uint16_t scale = floatToHalf(0.5f + float(r));
            bytes.append(reinterpret_cast<const char*>(&scale), 2);
            for (std::size_t i = 0; i < columns / 64 * 13; ++i)
                bytes.append(char((random() % 243 * 256 + 242) / 243));
            continue;
        }
        for (std::size_t k = 0; k < together; ++k)
            single(0.5f + float(r + k));
        for (std::size_t i = 0; i < together * columns / 4; ++i)
            bytes.append(pairs());
    }
    return bytes;
}

} // namespace

/// Ternary matrices of GGUF's forks against their layouts.
class TernaryCodesTest : public QObject {
    Q_OBJECT

private slots:
    /// Weights as signs, packed by a program of its own.
    void readsGoldenMatrices_data()
    {
        QTest::addColumn<std::uint32_t>("type");
        QTest::addColumn<int>("rows");
        QTest::addColumn<std::vector<float>>("scales");
        QTest::addColumn<QByteArray>("signs");
        QTest::addColumn<QByteArray>("hex");
        const auto row = [](const char* name, std::uint32_t type, const std::vector<float>& scales,
                            const char* signs, const char* hex) {
            QTest::newRow(name) << type << int(scales.size()) << scales << QByteArray(signs)
                                << QByteArray(hex);
        };
        row("I2_S", i2s, {0.75f, 0.75f},
            "0-0+--+-0+-+---00---+0-+--+++-++0---+-00-+-+0++--+++-0-++-+-+-0++000+000--+--+0+00+00+--"
            "+0-0-00-+-++00+0+0+0--00++--++0+++00+0+0-00-+-0--0-+-000--00+0-0+0+00+0------+--0+-00--0"
            "+0++0-++++++-0++0000-0+0----0--0+---+-+-0+---+0-+00+00--00000---+0+00+-+--+0-++-",
            "5a0446862905961542a10aa11028254946262824865a01a22a06a185a20596a1064545068125480411610191"
            "154040542a11626199422862a468a261409a66200000403f0000000000000000000000000000000000000000"
            "0000000000000000");
        row("IQ1_BN", iq1bn, {0.375f},
            "-++-0-+----0++-+-0++++0-+---0--+0+--00++++-+00++0+-++0+-0-0-000-+-0--+0--+++0-0-0-+-00-+"
            "--+0+000-00-+0-0+00+-00++0+-----00--0-0+",
            "00366f0750fa3f0a5dfed7eb247d1c0cb0686a158bb8997a19725f50");
        row("IQ2_BN", iq2bn, {-1.5f},
            "+0+-+0+0-0-+++0+-+--0+--+00+--000-++00+00----0-0-0++-0+0+-+-0+-0-0+0-+000+-+-----+0+-++0"
            "+0-++---++-++-0---0-0+-+00+0--+00+++0+-+",
            "0000c0bf1249a2a01659a2519805840a4292055660698669200a99454986908a58a000a0");
        row("IQ2_BN_R4", iq2bnR4, {1, 2, 0.5f, 3},
            "00-+++0+0-0-+-0-0-+-0-+--0-0-0+00+--++---0---0+0+-00++-00-0---+++-+0-0-++0+0+0+0+--0-+++"
            "-00----++00---+0++0+-+0-0--00-000+0--0-0--00-00++--+--0--0+-0-00+--++-+++00+0-0+++--+++0"
            "+++-+++-++++++-----+0-00+-+-+++-00-0-+++-++-++00-0-+--++000-0+0-+++--+-00+++0++--0-00+-+"
            "-+00++0000-+-0-0-00-+000---+--++00-+++0-+0-000---0+000+-0000-0-000--+-+000-00+-000-0--+0"
            "+--00+0-00-+0++-+--+00+-+00-+--000000+++00+-00++0--+---+0+-0000-+----0+-0-00+--+000++-00"
            "0-00+0-++++--0-00+000---0+0+0--0+00-----++-+++0-+----+-++0-+0++0+---0++-",
            "0000803f000000400000003f000040409909540a2004452984a950595559a98905508a50a40186a481555046"
            "5160401a095a8040a6a1854a9090482a920418901a089185aaaa2a204655a01199411596a254a259a480a406"
            "91158145522612140218188981a96849151980552512110622a159245091580a569884212a8a048215601445"
            "52aaa224a614184266898806");
    }
    void readsGoldenMatrices()
    {
        QFETCH(std::uint32_t, type);
        QFETCH(int, rows);
        QFETCH(std::vector<float>, scales);
        QFETCH(QByteArray, signs);
        QFETCH(QByteArray, hex);
        const auto model = parse(fileOf(type, 128, rows, QByteArray::fromHex(hex)));
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const auto tensor = materialise(model->tensors[0]);
        QVERIFY2(tensor, tensor ? "" : tensor.error().message.c_str());
        QCOMPARE(tensor->type().format->id(), std::string("int2g128"));
        QCOMPARE(storedBytes(model->tensors[0]), std::size_t(hex.size() / 2));
        const std::vector<float> values = tensor->toFloats();
        QCOMPARE(values.size(), std::size_t(signs.size()));
        for (std::size_t i = 0; i < values.size(); ++i) {
            const float sign = signs[qsizetype(i)] == '+' ? 1.0f : signs[qsizetype(i)] == '-' ? -1.0f : 0.0f;
            QCOMPARE(values[i], sign * scales[i / 128]);
        }
    }

    void agreesWithThePlainReader_data()
    {
        QTest::addColumn<std::uint32_t>("type");
        for (const std::uint32_t type : {i2s, iq1bn, iq2bn, iq2bnR4})
            QTest::newRow(std::string(ternaryCodes::find(type)->name).c_str()) << type;
    }
    void agreesWithThePlainReader()
    {
        QFETCH(std::uint32_t, type);
        const std::size_t columns = 384, rows = 8;
        const QByteArray bytes = randomBytes(type, columns, rows);
        const auto model = parse(fileOf(type, columns, rows, bytes));
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->tensors[0].shape, (Shape{rows, columns}));
        const std::vector<float> values = materialise(model->tensors[0]).value().toFloats();
        const PlainReader plain{bytes, columns, rows};
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                QCOMPARE(values[r * columns + c], plain.value(type, r, c));
        // One byte less is too few.
        const auto cut = parse(fileOf(type, columns, rows, bytes.chopped(1)));
        QVERIFY(!cut);
        QVERIFY2(
            cut.error().message.find("the file ends at") != std::string::npos, cut.error().message.c_str());
    }

    void keepsScalesThatAreNoHalves()
    {
        for (const std::uint32_t type : {i2s, iq2bn, iq2bnR4}) {
            QByteArray bytes = randomBytes(type, 128, 4);
            const float scale = 0.1f;
            std::memcpy(bytes.data() + (type == i2s ? 128 : 0), &scale, 4);
            const auto model = parse(fileOf(type, 128, 4, bytes));
            const auto tensor = materialise(model->tensors[0]);
            QVERIFY2(tensor, tensor ? "" : tensor.error().message.c_str());
            QCOMPARE(tensor->type().format->id(), std::string("f32"));
            const PlainReader plain{bytes, 128, 4};
            const std::vector<float> values = tensor->toFloats();
            for (std::size_t i = 0; i < values.size(); ++i)
                QCOMPARE(values[i], plain.value(type, i / 128, i % 128));
        }
    }

    void refusesWhatIsNoWeightOrScale()
    {
        for (const std::uint32_t type : {i2s, iq2bn, iq2bnR4}) {
            QByteArray bytes = randomBytes(type, 128, 4);
            bytes[40] = char(0x03);
            const auto model = parse(fileOf(type, 128, 4, bytes));
            QVERIFY2(model, "opening reads no codes");
            QCOMPARE(
                materialise(model->tensors[0]).error().message,
                fmt::format(
                    "tensor 'a': {} holds the code 3, which means no weight",
                    ternaryCodes::find(type)->name));
        }
        QByteArray bytes = randomBytes(iq1bn, 128, 4);
        bytes[0] = 0;
        bytes[1] = char(0x7c);
        const auto model = parse(fileOf(iq1bn, 128, 4, bytes));
        QCOMPARE(
            materialise(model->tensors[0]).error().message,
            std::string("tensor 'a': the scale of output 0, group 0 is inf"));
    }
};

QTEST_APPLESS_MAIN(TernaryCodesTest)
#include "ternary_codes_test.moc"
