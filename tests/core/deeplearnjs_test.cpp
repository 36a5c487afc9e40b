#include "core/file/deeplearnjs.h"

#include "tests/support/network_output.h"
#include "tests/support/shared_data.h"
#include "tests/support/tensorflow_model.h"

#include <QTemporaryDir>

using namespace tritloom;

namespace {

/// A style transfer network of few channels, as TensorFlow numbers its variables: kernel, shift, scale a
/// layer.
std::vector<tensorflow::Variable> smallNetwork()
{
    std::mt19937 random(11);
    std::vector<tensorflow::Variable> variables;
    const auto add = [&](Shape kernel, std::size_t outputs) {
        variables.push_back(tensorflow::randomVariable(random, std::move(kernel)));
        variables.push_back(tensorflow::randomVariable(random, {outputs}, 0.3f));
        variables.push_back(tensorflow::randomVariable(random, {outputs}, 0.3f, 0.6f));
    };
    add({5, 5, 3, 2}, 2);
    add({3, 3, 2, 3}, 3);
    add({3, 3, 3, 4}, 4);
    for (int i = 0; i < 10; ++i)
        add({3, 3, 4, 4}, 4);
    add({3, 3, 3, 4}, 3); // transposed: [h, w, outputs, inputs]
    add({3, 3, 2, 3}, 2);
    add({5, 5, 2, 3}, 3);
    return variables;
}

std::string variableName(std::size_t i)
{
    return i == 0 ? "Variable" : "Variable_" + std::to_string(i);
}

void save(const std::filesystem::path& folder, const std::vector<tensorflow::Variable>& variables)
{
    Json manifest = Json::object();
    for (std::size_t i = 0; i < variables.size(); ++i) {
        manifest[variableName(i)] = {{"filename", variableName(i)}, {"shape", variables[i].shape}};
        tensorflow::write(folder / variableName(i), tensorflow::bytesOf(variables[i].numbers));
    }
    tensorflow::write(folder / "manifest.json", manifest.dump(2));
}

tensorflow::Value normalised(
    const tensorflow::Value& x, const tensorflow::Variable& shift, const tensorflow::Variable& scale,
    bool hasRelu)
{
    std::vector<double> mean(x.channels), variance(x.channels);
    const auto pixels = double(x.height * x.width);
    for (std::size_t i = 0; i < x.numbers.size(); ++i)
        mean[i % x.channels] += double(x.numbers[i]) / pixels;
    for (std::size_t i = 0; i < x.numbers.size(); ++i)
        variance[i % x.channels] += std::pow(double(x.numbers[i]) - mean[i % x.channels], 2) / pixels;
    return tensorflow::mapped(x, [&](float v, std::size_t c) {
        const double y = double(scale.numbers[c]) * (double(v) - mean[c]) / std::sqrt(variance[c] + 1e-3)
            + double(shift.numbers[c]);
        return float(hasRelu ? std::max(y, 0.0) : y);
    });
}

/// What the network makes, by the definition of its layers.
tensorflow::Value styled(const tensorflow::Value& picture, const std::vector<tensorflow::Variable>& v)
{
    using namespace tensorflow;
    std::size_t at = 0;
    const auto layer = [&](const Value& x, std::size_t stride, bool isTransposed, bool hasRelu) {
        const Value y = isTransposed ? transposedConvolved(x, v[at], stride) : convolved(x, v[at], stride);
        at += 3;
        return normalised(y, v[at - 2], v[at - 1], hasRelu);
    };
    Value x = layer(picture, 1, false, true);
    x = layer(layer(x, 2, false, true), 2, false, true);
    for (int i = 0; i < 5; ++i) {
        const Value before = x;
        x = layer(layer(x, 1, false, true), 1, false, false);
        for (std::size_t p = 0; p < x.numbers.size(); ++p)
            x.numbers[p] += before.numbers[p];
    }
    x = layer(layer(x, 2, true, true), 2, true, true);
    x = layer(x, 1, false, false);
    return mapped(x, [](float y, std::size_t) { return 150 * std::tanh(y) + 127.5f; });
}

} // namespace

/// Checkpoints as deeplearn.js dumped them, and the style transfer networks that ml5 serves so.
class DeeplearnjsTest : public QObject {
    Q_OBJECT

private slots:
    void aSmallNetworkComputesWhatItsLayersSay()
    {
        QTemporaryDir folder;
        const auto variables = smallNetwork();
        save(folder.path().toStdString(), variables);
        const auto model = loadModel(folder.path().toStdString());
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QVERIFY2((*model)->picture, (*model)->whyNotEvaluated.c_str());
        QCOMPARE((*model)->picture->task, PictureTask::StyleTransfer);
        QCOMPARE((*model)->layers.size(), std::size_t(16));
        QCOMPARE((*model)->tensor((*model)->layers[0].tensor).fileName.substr(0, 8), std::string("Variable"));
        std::mt19937 random(5);
        tensorflow::Value x(12, 8, 3);
        x.numbers = tensorflow::randomVariable(random, {12, 8, 3}, 127, 127).numbers;
        const std::vector<float> expected = tensorflow::channelsFirst(styled(x, variables)).toFloats(),
                                 actual = outputOf(*model, tensorflow::channelsFirst(x)).toFloats();
        QCOMPARE(actual.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(
                std::abs(actual[i] - expected[i]) < 0.02f,
                qPrintable(QString("%1: %2, expected %3").arg(i).arg(actual[i]).arg(expected[i])));
    }

    void sizesThatAreNoMultipleOfFourAreRefused()
    {
        QTemporaryDir folder;
        save(folder.path().toStdString(), smallNetwork());
        const auto model = loadModel(folder.path().toStdString()).value();
        const auto graph = graphFor(*model, {1, 3, 10, 8});
        QVERIFY(!graph);
        QVERIFY2(
            graph.error().message.find("multiples of 4") != std::string::npos, graph.error().message.c_str());
    }

    void liesAreFound_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const char* json, const char* words) {
            QTest::newRow(name) << json << words;
        };
        row("too large", R"({"x":{"filename":"a","shape":[5]}})", "[5] in 32 bits");
        row("too small", R"({"x":{"filename":"a","shape":[3]}})", "[3] in 32 bits");
        row("shape of 2^64", R"({"x":{"filename":"a","shape":[4294967296,4294967296]}})", "in 32 bits");
        row("shape of nothing", R"({"x":{"filename":"a","shape":[0]}})", "has the shape");
        row("shape below nothing", R"({"x":{"filename":"a","shape":[-4]}})", "has the shape");
        row("nine dimensions", R"({"x":{"filename":"a","shape":[1,1,1,1,1,1,1,1,1]}})", "up to 8 sizes");
        row("no shape", R"({"x":{"filename":"a"}})", "no shape");
        row("no file", R"({"x":{"shape":[4]}})", "no filename");
        row("absent file", R"({"x":{"filename":"gone","shape":[4]}})", "gone");
        row("one file twice", R"({"x":{"filename":"a","shape":[4]},"y":{"filename":"a","shape":[4]}})",
            "another");
        row("key twice", R"({"x":{"filename":"a","shape":[4]},"x":{"filename":"a","shape":[4]}})", "twice");
        row("outside", R"({"x":{"filename":"../a","shape":[4]}})", "outside");
        row("no object", R"([{"filename":"a","shape":[4]}])", "an object");
        row("no JSON", R"({"x":{"filename":"a","shape":[4]})", "not valid JSON");
    }
    void liesAreFound()
    {
        QFETCH(QString, json);
        QFETCH(QString, words);
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        tensorflow::write(path / "a", std::string(16, '\0'));
        tensorflow::write(path / "manifest.json", json.toStdString());
        const auto model = deeplearnjs::read(path);
        QVERIFY(!model);
        const auto message = QString::fromStdString(model.error().message);
        QVERIFY2(message.contains(words), qPrintable(message));
        QVERIFY(!message.contains('\n'));
    }

    void udnieIsARestyler()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = loadModel(data / "img_style_udnie/udnie").value();
        QCOMPARE(model->file->format, std::string("deeplearnjs"));
        QVERIFY2(model->picture, model->whyNotEvaluated.c_str());
        QCOMPARE(model->picture->task, PictureTask::StyleTransfer);
        QCOMPARE(model->layers.size(), std::size_t(16));
        QCOMPARE(model->parameters(), std::size_t(1677638));
    }
};

QTEST_APPLESS_MAIN(DeeplearnjsTest)
#include "deeplearnjs_test.moc"
