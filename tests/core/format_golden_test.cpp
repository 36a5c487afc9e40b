#include "core/format/number_format.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <bit>
#include <cstring>

using namespace tritloom;

namespace {

std::vector<float> floatsOf(const QList<QByteArray>& words)
{
    std::vector<float> values;
    for (const QByteArray& word : words)
        values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(word.toUInt(nullptr, 16))));
    return values;
}

} // namespace

/// tests/golden/formats/<id>.hex: what ggml stores and reads back; README.md there says how it was made.
class FormatGoldenTest : public QObject {
    Q_OBJECT

private slots:
    void agreesWithGgml_data()
    {
        QTest::addColumn<QString>("path");
        const QDir folder(TRITLOOM_SOURCE_DIR "/tests/golden/formats");
        for (const QFileInfo& file : folder.entryInfoList({"*.hex"}, QDir::Files, QDir::Name))
            QTest::addRow("%s", qPrintable(file.baseName())) << file.filePath();
    }
    void agreesWithGgml()
    {
        QFETCH(QString, path);
        const auto format = parseNumberFormat(QFileInfo(path).baseName().toStdString());
        QVERIFY2(format.has_value(), format ? "" : format.error().message.c_str());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        std::vector<float> input;
        QByteArray block;
        int compared = 0;
        while (!file.atEnd()) {
            QList<QByteArray> words = file.readLine().trimmed().split(' ');
            const QByteArray kind = words.takeFirst();
            if (kind == "input") {
                input = floatsOf(words);
            } else if (kind == "block") {
                block = QByteArray::fromHex(words.at(0));
                QCOMPARE(static_cast<std::size_t>(block.size()), (*format)->blockBytes());
                if (!input.empty()) {
                    std::vector<std::byte> packed((*format)->blockBytes());
                    (*format)->encode(input, packed);
                    QCOMPARE(
                        QByteArray(reinterpret_cast<const char*>(packed.data()), block.size()).toHex(),
                        block.toHex());
                }
            } else if (kind == "decoded") {
                std::vector<float> values((*format)->blockElements());
                (*format)->decode(
                    std::as_bytes(std::span(block.constData(), (*format)->blockBytes())), values);
                const auto expected = floatsOf(words);
                QCOMPARE(values.size(), expected.size());
                for (std::size_t i = 0; i < values.size(); ++i)
                    QVERIFY2(values[i] == expected[i], qPrintable(QString("element %1").arg(i)));
                ++compared;
            }
        }
        QVERIFY(compared > 0);
    }
};

QTEST_APPLESS_MAIN(FormatGoldenTest)
#include "format_golden_test.moc"
