#include "core/export/gguf_target.h"
#include "core/file/gguf.h"
#include "core/file/gguf_writer.h"
#include "core/text/tokenizer.h"
#include "tests/support/full_disk.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>
#include <iterator>

using namespace tritloom;
namespace fs = std::filesystem;

namespace {

std::string slurp(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Metadata everyType()
{
    Metadata metadata;
    metadata.set("general.architecture", std::string("test"));
    metadata.set("a", std::uint8_t{200});
    metadata.set("b", std::int8_t{-5});
    metadata.set("c", std::uint16_t{60000});
    metadata.set("d", std::int16_t{-30000});
    metadata.set("e", std::uint32_t{4000000000});
    metadata.set("f", std::int32_t{-2000000000});
    metadata.set("g", 1.5f);
    metadata.set("h", true);
    metadata.set("i", std::string("text \xE2\x96\x81"));
    metadata.set("j", std::uint64_t{1} << 60);
    metadata.set("k", -(std::int64_t{1} << 60));
    metadata.set("l", 2.25);
    metadata.set("m", std::vector<std::uint8_t>{1, 2});
    metadata.set("n", std::vector<std::int8_t>{-1, 2});
    metadata.set("o", std::vector<std::uint16_t>{1, 2});
    metadata.set("p", std::vector<std::int16_t>{-1, 2});
    metadata.set("q", std::vector<std::uint32_t>{1, 2});
    metadata.set("r", std::vector<std::int32_t>{-1, 2});
    metadata.set("s", std::vector<float>{1, 2});
    metadata.set("t", std::vector<bool>{true, false, true});
    metadata.set("u", std::vector<std::string>{"", "x"});
    metadata.set("v", std::vector<std::uint64_t>{1, 2});
    metadata.set("w", std::vector<std::int64_t>{-1, 2});
    metadata.set("x", std::vector<double>{1, 2});
    metadata.set("y", std::vector<float>{});
    return metadata;
}

Tensor ramp(Shape shape)
{
    std::vector<float> values(TensorType{nullptr, shape}.elements());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = float(std::sin(double(i)));
    return Tensor::adoptFloats(std::move(shape), std::move(values));
}

gguf::Slot slot(std::string name, Shape shape, const char* format = "f32")
{
    return {std::move(name), {parseNumberFormat(format).value(), std::move(shape)}};
}

NamedTensor named(std::string name, Shape shape)
{
    return {.name = std::move(name), .shape = shape, .stored = ramp(shape), .fileName = {}};
}

Result<WrittenFile> exportAs(const ModelFile& model, std::vector<std::string> formats, const fs::path& path)
{
    const auto tensor = [&model](std::size_t i, std::string_view format) {
        return encodedTensor(model.tensors[i], format);
    };
    return exportGguf({.model = model, .formats = formats, .tensor = tensor, .path = path});
}

} // namespace

class GgufWriterTest : public QObject {
    Q_OBJECT

private slots:
    void whatIsWrittenIsReadBack()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("x.gguf").toStdString();
        const Metadata metadata = everyType();
        const std::vector planned{slot("a", {3, 5}), slot("b", {7}), slot("c", {2, 3, 32}, "q8_0")};
        const auto c = encodedTensor(named("c", {2, 3, 32}), "q8_0");
        for (int round = 0; round < 2; ++round) { // the second replaces the first
            auto writer = gguf::Writer::create(path, metadata, planned);
            QVERIFY2(writer, writer ? "" : writer.error().message.c_str());
            QVERIFY(writer->add(ramp({3, 5})));
            QVERIFY(!writer->finish());
            QVERIFY(writer->add(ramp({7})));
            QVERIFY(writer->add(*c));
            const auto keys = writer->finish();
            QVERIFY(keys);
            QVERIFY(gguf::verify(writer->partPath(), planned, *keys));
            QVERIFY(writer->commit());
            QCOMPARE(fs::file_size(path), writer->fileBytes());
        }
        QCOMPARE(std::distance(fs::directory_iterator(path.parent_path()), fs::directory_iterator()), 1);
        const auto model = openModel(path);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QVERIFY(model->metadata.entries() == metadata.entries());
        QCOMPARE(model->tensors.size(), std::size_t(3));
        QCOMPARE(model->find("a")->stored.toFloats(), ramp({3, 5}).toFloats());
        QCOMPARE(model->find("c")->shape, (Shape{2, 3, 32}));
        QCOMPARE(model->find("c")->stored.toFloats(), c->toFloats());
    }

    void storiesAreCopiedByteForByte()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = openModel(data / "llm_stories260k/stories260K.gguf");
        QVERIFY(model);
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("x.gguf").toStdString();
        const auto report = exportAs(*model, std::vector<std::string>(model->tensors.size(), "f32"), path);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        const auto copy = openModel(path);
        QVERIFY(copy);
        QCOMPARE(copy->tensors.size(), model->tensors.size());
        for (const NamedTensor& tensor : model->tensors)
            QVERIFY(std::ranges::equal(tensor.stored.bytes(), copy->find(tensor.name)->stored.bytes()));
        for (const auto& [key, value] : model->metadata.entries())
            QVERIFY2(key == "general.alignment" || *copy->metadata.find(key) == value, key.c_str());
    }

    void queryAndKeyRowsAreBroughtIntoOrder_data()
    {
        QTest::addColumn<QString>("format");
        QTest::newRow("f32") << "f32";
        QTest::newRow("q8_0") << "q8_0";
    }
    void queryAndKeyRowsAreBroughtIntoOrder()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, format);
        const auto model = openModel(data / "llm_stories260k/derived/hf");
        const auto gguf = openModel(data / "llm_stories260k/stories260K.gguf");
        QVERIFY(model && gguf);
        std::vector<std::string> formats;
        for (const NamedTensor& tensor : model->tensors)
            formats.push_back(ggufFallback(format.toStdString(), tensor.shape.back()).value());
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("x.gguf").toStdString();
        const auto report = exportAs(*model, formats, path);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->notices.size(), std::size_t(1));
        const auto copy = openModel(path);
        QVERIFY(copy);
        QVERIFY(!copy->rotateHalf);
        QCOMPARE(copy->metadata.integer("general.file_type"), std::int64_t(format == "f32" ? 0 : 7));
        for (std::size_t i = 0; i < model->tensors.size(); ++i) {
            const std::string& name = model->tensors[i].name;
            const auto expected =
                encodedTensor(*gguf->find(name), ggufStoredFormat(model->tensors[i], formats[i]));
            QVERIFY2(std::ranges::equal(copy->find(name)->stored.bytes(), expected->bytes()), name.c_str());
        }
    }

    void equalInputGivesEqualBytes()
    {
        const QTemporaryDir folder;
        ModelFile model{
            .path = {}, .format = "gguf", .metadata = everyType(), .tensors = {named("a.weight", {4, 64})}};
        const fs::path one = folder.filePath("1.gguf").toStdString(),
                       two = folder.filePath("2.gguf").toStdString();
        QVERIFY(exportAs(model, {"q4_0"}, one));
        QVERIFY(exportAs(model, {"q4_0"}, two));
        QVERIFY(slurp(one) == slurp(two));
    }

    void aFailureLeavesTheOldFile()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("x.gguf").toStdString();
        std::ofstream(path) << "old";
        const ModelFile model{
            .path = {},
            .format = "gguf",
            .metadata = everyType(),
            .tensors = {named("a.weight", {4, 64}), named("b.weight", {4, 64})}};
        const std::vector<std::string> formats{"f32", "f32"};
        const auto failing = [&model](std::size_t i, std::string_view) -> Result<Tensor> {
            if (i == 1)
                return fail(ErrorCode::DeviceLost, "the device is gone");
            return model.tensors[i].stored;
        };
        const auto report = exportGguf({.model = model, .formats = formats, .tensor = failing, .path = path});
        QCOMPARE(report.error().message, std::string("the device is gone"));
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = exportGguf(
            {.model = model, .formats = formats, .tensor = failing, .path = path, .stop = stop.get_token()});
        QVERIFY(stopped.error().code == ErrorCode::Cancelled);
        const auto wrong = exportGguf(
            {.model = model,
             .formats = formats,
             .tensor = [&](std::size_t, std::string_view) { return encodedTensor(model.tensors[0], "q4_0"); },
             .path = path});
        QCOMPARE(
            wrong.error().message,
            std::string("tensor 'a.weight' was announced as f32 [4, 64] and came as q4_0 [4, 64]"));
        QCOMPARE(slurp(path), std::string("old"));
        QCOMPARE(std::distance(fs::directory_iterator(path.parent_path()), fs::directory_iterator()), 1);
    }

    void aFullDiskLeavesTheOldFile()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("x.gguf").toStdString();
        std::ofstream(path) << "old";
        const ModelFile model{
            .path = {}, .format = "gguf", .metadata = everyType(), .tensors = {named("a.weight", {64, 64})}};
        const std::vector<std::string> formats{"f32"};
        const auto stored = [&](std::size_t i, std::string_view) -> Result<Tensor> { return model.tensors[i].stored; };
        {
            const FullDisk full(8192); // the header fits, the tensor does not
            const auto report = exportGguf({.model = model, .formats = formats, .tensor = stored, .path = path});
            QVERIFY(!report);
            QVERIFY(report.error().code == ErrorCode::Io);
            QVERIFY2(report.error().message.find("x.gguf") != std::string::npos, report.error().message.c_str());
            qInfo("%s", report.error().message.c_str());
        }
        QCOMPARE(slurp(path), std::string("old"));
        QCOMPARE(std::distance(fs::directory_iterator(path.parent_path()), fs::directory_iterator()), 1);
    }

    void refusesWithReasons()
    {
        ModelFile model{
            .path = {},
            .format = "huggingface",
            .metadata = {},
            .tensors = {
                named("a.weight", {4, 96}), named(std::string(64, 'n'), {4, 32}),
                named("c.weight", {2, 2, 2, 2, 2})}};
        const auto problems = checkGguf(model, std::vector<std::string>{"q4_k", "int4g32", "f32"});
        const std::vector<std::string> expected{
            "the architecture is unknown, GGUF needs 'general.architecture'",
            "tensor 'a.weight' has rows of 96 elements, no multiple of Q4_K's blocks of 256; llama.cpp takes "
            "q5_0 here",
            "tensor '" + std::string(64, 'n') + "' has a name of 64 bytes, at most 63 are possible",
            "tensor '" + std::string(64, 'n') + "' is in the format 'int4g32', for which GGUF has no type",
            "tensor 'c.weight' has 5 dimensions, 1 to 4 are possible"};
        QCOMPARE(problems, expected);
        QCOMPARE(checkGguf(model, {}), (std::vector<std::string>{"0 formats are given for 3 tensors"}));
        const QTemporaryDir folder;
        QVERIFY(!exportAs(model, {"q4_k", "int4g32", "f32"}, folder.filePath("x.gguf").toStdString()));
        QVERIFY(fs::is_empty(folder.path().toStdString()));
    }

    void fallsBackAsLlamaCppDoes()
    {
        QCOMPARE(ggufFallback("q4_k", 256).value(), std::string("q4_k"));
        QCOMPARE(ggufFallback("q4_k", 288).value(), std::string("q5_0"));
        QCOMPARE(ggufFallback("q6_k", 64).value(), std::string("q8_0"));
        QCOMPARE(ggufFallback("tq2_0", 352).value(), std::string("q4_0"));
        QCOMPARE(ggufFallback("iq4_xs", 32).value(), std::string("iq4_nl"));
        QCOMPARE(ggufFallback("q4_k", 172).value(), std::string("f16"));
        QCOMPARE(ggufFallback("q8_0", 172).value(), std::string("f16"));
        QCOMPARE(ggufFallback("f16", 172).value(), std::string("f16"));
        QVERIFY(!ggufFallback("int4g32", 64));
    }

    void saysWhyAFileCannotBeWritten()
    {
        const QTemporaryDir folder;
        const std::string base = folder.path().toStdString();
        const auto nowhere = gguf::Writer::create(base + "/none/x.gguf", {}, {slot("a", {3})});
        QCOMPARE(nowhere.error().message, base + "/none: No such file or directory");
        const auto huge = gguf::Writer::create(base + "/x.gguf", {}, {slot("a", {1u << 20, 1u << 20, 8})});
        QVERIFY(!huge);
        QVERIFY2(
            huge.error().message.find("the file needs 35184372088928 bytes, the disk has ")
                != std::string::npos,
            huge.error().message.c_str());
        fs::create_directory(base + "/y.gguf");
        const auto blocked = gguf::Writer::create(base + "/y.gguf", {}, {slot("a", {3})});
        QCOMPARE(blocked.error().message, base + "/y.gguf: there is a folder of this name");
        QVERIFY(!fs::exists(base + "/y.gguf.tritloom-part"));
    }

    void aVocabularyWithoutNewlineGetsOneForLlamaCpp()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("x.gguf").toStdString();
        ModelFile model;
        model.format = "gguf";
        model.metadata.set("general.architecture", std::string("llama"));
        model.metadata.set("tokenizer.ggml.model", std::string("llama"));
        model.metadata.set("tokenizer.ggml.tokens", std::vector<std::string>{"<s>", "<unk>", "a", "b"});
        model.metadata.set("tokenizer.ggml.scores", std::vector<float>(4));
        model.metadata.set("tokenizer.ggml.token_type", std::vector<std::int32_t>{3, 2, 1, 1});
        model.metadata.set("tokenizer.ggml.unknown_token_id", std::uint32_t(1));
        model.metadata.set("tokenizer.ggml.add_space_prefix", false);
        model.tensors.push_back(named("token_embd.weight", {4, 32}));
        const auto before = makeTokenizer(model.metadata);
        const auto report = exportAs(model, {"f32"}, path);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->notices.size(), std::size_t(1));
        const auto written = openModel(path);
        QVERIFY(written);
        QCOMPARE((*written->metadata.strings("tokenizer.ggml.tokens"))[1], std::string("<0x0A>"));
        // The ids of a text stay what they were (but a newline beside other unknown letters is one of its
        // own).
        const auto after = makeTokenizer(written->metadata);
        QVERIFY(before && after);
        for (const char* const text : {"ab", "a\nb", "\n", "xay"})
            QCOMPARE((*after)->encode(text), (*before)->encode(text));
        // With a newline there is nothing to mend.
        model.metadata.set("tokenizer.ggml.tokens", std::vector<std::string>{"<s>", "<unk>", "\n", "b"});
        QVERIFY(exportAs(model, {"f32"}, path)->notices.empty());
    }

    void twoExportsDoNotShareAPart()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("x.gguf").toStdString();
        const Tensor tensor = Tensor::fromFloats({3}, std::vector<float>{1, 2, 3});
        auto first = gguf::Writer::create(path, {}, {slot("a", {3})});
        QVERIFY(first);
        const auto second = gguf::Writer::create(path, {}, {slot("a", {3})});
        QVERIFY(!second);
        QCOMPARE(second.error().message, path + ".tritloom-part: another export is writing this file");
        QVERIFY(first->add(tensor) && first->finish() && first->commit());
        QVERIFY(fs::exists(path) && !fs::exists(path + ".tritloom-part"));
        // What a killed export left behind is in nobody's way.
        std::ofstream(path + ".tritloom-part") << std::string(100'000, 'x');
        auto third = gguf::Writer::create(path, {}, {slot("b", {3})});
        QVERIFY2(third, third ? "" : third.error().message.c_str());
        QVERIFY(third->add(tensor) && third->finish() && third->commit());
        const auto read = openModel(path);
        QVERIFY(read && read->tensors[0].name == "b");
    }
};

QTEST_APPLESS_MAIN(GgufWriterTest)
#include "gguf_writer_test.moc"
