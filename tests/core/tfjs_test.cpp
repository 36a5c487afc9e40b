#include "core/file/tfjs.h"

#include "tests/support/network_output.h"
#include "tests/support/shared_data.h"
#include "tests/support/tensorflow_model.h"

#include <QTemporaryDir>

using namespace tritloom;

namespace {

using Files = std::map<std::string, std::string>;

/// Shards in memory.
NamedParts partsIn(const Files& files)
{
    return [files](const std::string& name) -> Result<NamedPart> {
        const auto found = files.find(name);
        if (found == files.end())
            return fail(ErrorCode::NotFound, "{}: there is no such file or folder", name);
        auto owner = std::make_shared<const std::string>(found->second);
        return NamedPart{std::as_bytes(std::span(*owner)), owner};
    };
}

Result<ModelFile> parse(const std::string& json, const Files& files)
{
    return tfjs::parse(json, "model.json", partsIn(files));
}

/// A manifest of one group.
std::string manifest(const std::string& paths, const std::string& weights)
{
    return R"({"modelTopology":null,"weightsManifest":[{"paths":[)" + paths + R"(],"weights":[)" + weights
        + "]}]}";
}

std::string
weight(const std::string& name, const std::string& shape, const std::string& more = R"("dtype":"float32")")
{
    return R"({"name":")" + name + R"(","shape":)" + shape + "," + more + "}";
}

QString refusal(const std::string& json, const Files& files)
{
    const auto model = parse(json, files);
    return model ? QString() : QString::fromStdString(model.error().message);
}

/// One layer of a Keras topology.
Json layer(const std::string& type, const std::string& name, const std::string& input, Json config)
{
    config["name"] = name;
    Json inbound = Json::array();
    if (!input.empty())
        inbound.push_back({{input, 0, 0, Json::object()}});
    return {{"class_name", type}, {"name", name}, {"config", config}, {"inbound_nodes", inbound}};
}

/// A folder with model.json and one shard.
void save(
    const std::filesystem::path& folder, const std::vector<Json>& layers,
    const std::vector<std::pair<std::string, tensorflow::Variable>>& variables)
{
    Json weights = Json::array();
    std::string bytes;
    for (const auto& [name, variable] : variables) {
        weights.push_back({{"name", name}, {"shape", variable.shape}, {"dtype", "float32"}});
        bytes += tensorflow::bytesOf(variable.numbers);
    }
    const std::string last = layers.back()["name"];
    const Json root{
        {"modelTopology",
         {{"model_config",
           {{"class_name", "Model"},
            {"config", {{"name", "m"}, {"layers", layers}, {"output_layers", {{last, 0, 0}}}}}}}}},
        {"weightsManifest", {{{"paths", {"shard"}}, {"weights", weights}}}}};
    tensorflow::write(folder / "model.json", root.dump());
    tensorflow::write(folder / "shard", bytes);
}

const std::vector<float> four{1, 2, 3, 4};

} // namespace

/// Models of TensorFlow.js: the manifest is not believed, and layers compute what Keras says they do.
class TfjsTest : public QObject {
    Q_OBJECT

private slots:
    void weightsStayWhereTheyLie()
    {
        const std::string bytes = tensorflow::bytesOf(four);
        const auto model = parse(
            manifest(R"("a","b")", weight("x", "[2]") + "," + weight("y", "[2]")),
            {{"a", bytes.substr(0, 12)}, {"b", bytes.substr(12)}});
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->tensors.size(), std::size_t(2));
        QCOMPARE(model->tensors[0].stored.toFloats(), (std::vector<float>{1, 2}));
        QCOMPARE(model->tensors[1].stored.toFloats(), (std::vector<float>{3, 4})); // joined of both shards
    }

    void quantizedWeightsAreDecoded()
    {
        const auto model = parse(
            manifest(
                R"("a")",
                weight(
                    "u8", "[2]", R"("dtype":"float32","quantization":{"dtype":"uint8","scale":0.5,"min":-1})")
                    + ","
                    + weight(
                        "u16", "[1]",
                        R"("dtype":"float32","quantization":{"dtype":"uint16","scale":0.25,"min":2})")
                    + "," + weight("f16", "[1]", R"("dtype":"float32","quantization":{"dtype":"float16"})")),
            {{"a", std::string("\x00\xff\x01\x02\x00\x3e", 6)}});
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->tensors[0].stored.toFloats(), (std::vector<float>{-1, 126.5f}));
        QCOMPARE(model->tensors[1].stored.toFloats(), (std::vector<float>{2 + 0.25f * 513}));
        QCOMPARE(model->tensors[2].stored.toFloats(), (std::vector<float>{1.5f}));
        QCOMPARE(model->tensors[2].stored.type().format->id(), std::string("f16"));
        QCOMPARE(model->notices.size(), std::size_t(1));
    }

    void liesAreFound_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const std::string& json, const char* words) {
            QTest::newRow(name) << QString::fromStdString(json) << words;
        };
        row("truncated shard", manifest(R"("a")", weight("x", "[5]")), "needs bytes 0 to 20");
        row("bytes that nothing names", manifest(R"("a")", weight("x", "[3]")), "have 16 bytes");
        row("absent shard", manifest(R"("gone")", weight("x", "[4]")), "no such file");
        row("shard twice", manifest(R"("a","a")", weight("x", "[8]")), "named twice");
        row("weight twice", manifest(R"("a")", weight("x", "[2]") + "," + weight("x", "[2]")), "two weights");
        row("shape of 2^64", manifest(R"("a")", weight("x", "[4294967296,4294967296]")), "has the shape");
        row("shape below nothing", manifest(R"("a")", weight("x", "[-4]")), "has the shape");
        row("shape of nothing", manifest(R"("a")", weight("x", "[0]")), "has the shape");
        row("shape of halves", manifest(R"("a")", weight("x", "[1.5]")), "has the shape");
        row("nine dimensions", manifest(R"("a")", weight("x", "[1,1,1,1,1,1,1,1,1]")), "9 dimensions");
        row("text", manifest(R"("a")", weight("x", "[1]", R"("dtype":"string")")), "stored as string");
        row("quantized to what",
            manifest(R"("a")", weight("x", "[1]", R"("dtype":"float32","quantization":{"dtype":"int3"})")),
            "int3");
        row("no scale",
            manifest(R"("a")", weight("x", "[1]", R"("dtype":"float32","quantization":{"dtype":"uint8"})")),
            "scale");
        row("no name", manifest(R"("a")", R"({"shape":[4],"dtype":"float32"})"), "without name");
        row("no paths", R"({"weightsManifest":[{"weights":[]}]})", "lacks paths");
        row("no weight", R"({"weightsManifest":[{"paths":[],"weights":[]}]})", "names no weight");
        row("no manifest", R"({"modelTopology":{}})", "no weightsManifest");
        row("nested", std::string(200000, '['), "nested deeper");
    }
    void liesAreFound()
    {
        QFETCH(QString, json);
        QFETCH(QString, words);
        const QString message = refusal(json.toStdString(), {{"a", tensorflow::bytesOf(four)}});
        QVERIFY2(message.contains(words), qPrintable(message));
        QVERIFY(!message.contains('\n'));
    }

    void shardsOutsideOfTheFolderAreRefused()
    {
        QTemporaryDir outer;
        const std::filesystem::path folder = std::filesystem::path(outer.path().toStdString()) / "model";
        std::filesystem::create_directory(folder);
        tensorflow::write(folder.parent_path() / "secret", tensorflow::bytesOf(four));
        for (const std::string name : {"../secret", "/etc/passwd", "https://x/y", "a/../../secret", ""}) {
            tensorflow::write(folder / "model.json", manifest(Json(name).dump(), weight("x", "[4]")));
            const auto model = openModel(folder);
            QVERIFY(!model);
            QVERIFY2(
                model.error().message.find("outside") != std::string::npos, model.error().message.c_str());
        }
    }

    void layersComputeWhatKerasSays()
    {
        using namespace tensorflow;
        std::mt19937 random(3);
        const Variable first = randomVariable(random, {3, 3, 3, 4}),
                       deep = randomVariable(random, {3, 3, 4, 2}),
                       gamma = randomVariable(random, {8}, 0.5f, 1), beta = randomVariable(random, {8}),
                       mean = randomVariable(random, {8}), variance = randomVariable(random, {8}, 0.4f, 1),
                       up = randomVariable(random, {3, 3, 2, 8}),
                       product = randomVariable(random, {6 * 4 * 2, 5}), bias = randomVariable(random, {5});
        QTemporaryDir folder;
        save(
            folder.path().toStdString(),
            {layer("InputLayer", "in", "", {{"batch_input_shape", {nullptr, 11, 7, 3}}}),
             layer(
                 "Conv2D", "c", "in",
                 {{"strides", {2, 2}}, {"padding", "same"}, {"use_bias", false}, {"activation", "relu"}}),
             layer(
                 "DepthwiseConv2D", "d", "c",
                 {{"strides", {1, 1}}, {"padding", "same"}, {"use_bias", false}}),
             layer("BatchNormalization", "n", "d", {{"axis", {3}}, {"epsilon", 0.01}}),
             layer("LeakyReLU", "l", "n", {{"alpha", 0.1}}),
             layer(
                 "MaxPooling2D", "p", "l", {{"pool_size", {2, 2}}, {"strides", {2, 2}}, {"padding", "same"}}),
             layer(
                 "Conv2DTranspose", "u", "p",
                 {{"strides", {2, 2}}, {"padding", "same"}, {"use_bias", false}}),
             layer("Flatten", "f", "u", Json::object()),
             layer("Dense", "out", "f", {{"activation", "softmax"}})},
            {{"c/kernel", first},
             {"d/depthwise_kernel", deep},
             {"n/gamma", gamma},
             {"n/beta", beta},
             {"n/moving_mean", mean},
             {"n/moving_variance", variance},
             {"u/kernel", up},
             {"out/kernel", product},
             {"out/bias", bias}});
        const auto model = loadModel(folder.path().toStdString());
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QVERIFY2((*model)->picture, (*model)->whyNotEvaluated.c_str());
        QCOMPARE((*model)->picture->classes, std::size_t(5));
        QCOMPARE((*model)->layers.size(), std::size_t(4));
        QCOMPARE((*model)->layers[0].rows, std::size_t(4)); // [outputs, inputs h w]
        QCOMPARE((*model)->layers[0].columns, std::size_t(27));
        QCOMPARE((*model)->layers[3].rows, std::size_t(5));
        QCOMPARE(
            (*model)->file->find("out/kernel")->fileShape, (Shape{48, 5})); // what is written has it again

        Value x(11, 7, 3);
        x.numbers = randomVariable(random, {11, 7, 3}, 1).numbers;
        Value y = mapped(convolved(x, first, 2), [](float v, std::size_t) { return std::max(v, 0.0f); });
        y = mapped(depthwise(y, deep, 1), [&](float v, std::size_t c) {
            const float n = gamma.numbers[c] * (v - mean.numbers[c]) / std::sqrt(variance.numbers[c] + 0.01f)
                + beta.numbers[c];
            return n > 0 ? n : 0.1f * n;
        });
        y = transposedConvolved(largestOf(y, 2, 2), up, 2);
        QCOMPARE(y.numbers.size(), std::size_t(6 * 4 * 2));
        std::vector<double> expected(5);
        double sum = 0;
        for (std::size_t o = 0; o < 5; ++o) {
            double z = double(bias.numbers[o]);
            for (std::size_t i = 0; i < y.numbers.size(); ++i)
                z += double(y.numbers[i]) * double(product.numbers[i * 5 + o]);
            sum += expected[o] = std::exp(z);
        }
        const std::vector<float> actual = outputOf(*model, channelsFirst(x)).toFloats();
        for (std::size_t o = 0; o < 5; ++o)
            QVERIFY2(
                std::abs(double(actual[o]) - expected[o] / sum) < 1e-5,
                qPrintable(QString("%1: %2, expected %3").arg(o).arg(actual[o]).arg(expected[o] / sum)));
    }

    void whatCannotBeRunIsNamed()
    {
        QTemporaryDir folder;
        const auto why = [&](const std::vector<Json>& layers) {
            save(folder.path().toStdString(), layers, {{"c/kernel", {{1, 1, 3, 2}, std::vector<float>(6)}}});
            return QString::fromStdString(loadModel(folder.path().toStdString()).value()->whyNotEvaluated);
        };
        const Json in = layer("InputLayer", "in", "", {{"batch_input_shape", {nullptr, 4, 4, 3}}});
        const QString unknown = why({in, layer("LSTM", "memory", "in", Json::object())});
        QVERIFY2(unknown.contains("'memory' (LSTM)"), qPrintable(unknown));
        const QString absent = why({in, layer("Conv2D", "d", "in", Json::object())});
        QVERIFY2(absent.contains("'kernel'"), qPrintable(absent));
        const QString before = why({in, layer("Flatten", "f", "later", Json::object())});
        QVERIFY2(before.contains("'later'"), qPrintable(before));
        const QString nothing = why({in, layer("Dropout", "d", "in", Json::object())});
        QVERIFY2(nothing.contains("nothing to run"), qPrintable(nothing));
        const QString vast = why({in, layer("ZeroPadding2D", "z", "in", {{"padding", 65536}})});
        QVERIFY2(vast.contains("numbers"), qPrintable(vast));
        const QString inner = why(
            {in,
             layer(
                 "Conv2D", "c", "in", {{"use_bias", false}, {"activation", {{"class_name", "LeakyReLU"}}}})});
        QVERIFY2(inner.contains("LeakyReLU"), qPrintable(inner));
        const QString stride = why({in, layer("Conv2D", "c", "in", {{"strides", {0, 1}}})});
        QVERIFY2(stride.contains("strides"), qPrintable(stride));
        const QString graph = [&] {
            tensorflow::write(
                std::filesystem::path(folder.path().toStdString()) / "model.json",
                R"({"modelTopology":{"node":[]},"weightsManifest":[{"paths":["shard"],"weights":[)"
                    + weight("c/kernel", "[1,1,3,2]") + "]}]}");
            return QString::fromStdString(loadModel(folder.path().toStdString()).value()->whyNotEvaluated);
        }();
        QVERIFY2(graph.contains("operators"), qPrintable(graph));
    }

    void tinyDarknetIsReadAsItsOnnxFileIs()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = loadModel(data / "img_tinydarknet_imagenet/tfjs").value();
        QVERIFY2(model->picture, model->whyNotEvaluated.c_str());
        QCOMPARE(model->file->format, std::string("tfjs"));
        QCOMPARE(model->picture->classes, std::size_t(1000));
        QCOMPARE(model->layers.size(), std::size_t(16));
        QCOMPARE(model->parameters(), std::size_t(1046488));
    }
};

QTEST_APPLESS_MAIN(TfjsTest)
#include "tfjs_test.moc"
