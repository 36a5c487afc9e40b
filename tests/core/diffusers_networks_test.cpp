#include "compute/cpu/cpu_backend.h"
#include "core/export/export_target.h"
#include "core/task/picture_probe.h"
#include "core/task/picture_session.h"
#include "core/task/prompt.h"
#include "tests/support/diffusers_folder.h"
#include "tests/support/golden_numbers.h"

#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace tritloom;

namespace {

std::shared_ptr<NetworkPass> passOf(std::shared_ptr<const Model> model, bool reference = false)
{
    if (!model->graph)
        qFatal("%s", model->whyNotEvaluated.c_str());
    std::vector<std::unique_ptr<Backend>> backends;
    if (!reference)
        backends.push_back(makeCpuBackend().value());
    backends.push_back(makeReferenceBackend());
    auto compressor = std::make_shared<Compressor>(std::move(model), MethodLookup(), nullptr, 0);
    return std::make_shared<NetworkPass>(
        std::move(compressor), std::make_unique<Executor>(std::move(backends)), std::size_t{1} << 26);
}

Tensor run(NetworkPass& pass, std::size_t part, const std::vector<Tensor>& inputs)
{
    const auto made = pass.runPart(
        part, nominalPicture(*pass.model().picture), inputs, keyOf("x"), pass.model().original(),
        NetworkPass::Keep::Nothing, {});
    if (!made)
        qFatal("%s", made.error().message.c_str());
    return *made;
}

Tensor input(const std::string& name, Shape shape, double scale = 1.7)
{
    return Tensor::adoptFloats(
        shape, diffusersFolder::given(name, TensorType{nullptr, shape}.elements(), scale));
}

/// Every third row and column of every plane.
Tensor thinned(const Tensor& picture)
{
    const Shape& s = picture.type().shape;
    const auto x = picture.floats();
    std::vector<float> values;
    for (std::size_t c = 0; c < s[1]; ++c)
        for (std::size_t y = 0; y < s[2]; y += 3)
            for (std::size_t at = 0; at < s[3]; at += 3)
                values.push_back(x[(c * s[2] + y) * s[3] + at]);
    return Tensor::fromFloats({values.size()}, values);
}

void compare(const Tensor& actual, const char* golden, double tolerance)
{
    compareWithGolden(actual, QString("diffusers/") + golden, tolerance);
}

const Tensor clipIds =
    Tensor::fromFloats({12}, std::vector<float>{598, 3, 77, 512, 9, 599, 599, 599, 599, 599, 599, 599});

} // namespace

/// Networks of diffusers folders against PyTorch modules of the same structure;
/// tests/golden/diffusers/make.py.
class DiffusersNetworksTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_root = m_folder.path().toStdString();
        diffusersFolder::writeDdpm(m_root / "ddpm");
        diffusersFolder::writeStableDiffusion(m_root / "sd");
        m_ddpm = loadModel(m_root / "ddpm").value();
        m_sd = loadModel(m_root / "sd").value();
        QVERIFY2(m_ddpm->graph, m_ddpm->whyNotEvaluated.c_str());
        QVERIFY2(m_sd->graph, m_sd->whyNotEvaluated.c_str());
    }

    void pixelNetworksPredictPyTorchsNoise_data() { addDevices(); }
    void pixelNetworksPredictPyTorchsNoise()
    {
        QFETCH(bool, reference);
        const auto pass = passOf(m_ddpm, reference);
        compare(
            run(*pass, 0, {input("x", {1, 3, 16, 16}), Tensor::fromFloats({1}, std::vector<float>{37})}),
            "unet2d", 2e-5);
    }

    void networksWithEvenPaddingDoToo()
    {
        diffusersFolder::UNetShape shape{
            1,
            {8, 16, 24},
            1,
            0,
            {"AttnDownBlock2D", "DownBlock2D", "DownBlock2D"},
            {"UpBlock2D", "UpBlock2D", "AttnUpBlock2D"}};
        const auto folder = m_root / "symmetric";
        QJsonObject config = diffusersFolder::unetConfig(shape, 16, 4);
        config["attention_head_dim"] = QJsonValue::Null; // one head
        diffusersFolder::save(folder / "config.json", config);
        diffusersFolder::unet(shape).save(folder / "diffusion_pytorch_model.safetensors");
        const auto model = loadModel(folder).value();
        QVERIFY2(model->graph, model->whyNotEvaluated.c_str());
        QVERIFY(model->file->notices[0].find("linearly") != std::string::npos);
        compare(
            run(*passOf(model), 0,
                {input("x", {1, 1, 16, 16}), Tensor::fromFloats({1}, std::vector<float>{981})}),
            "unet2d_symmetric", 2e-5);
    }

    void networksThatLookAtTextDoToo_data() { addDevices(); }
    void networksThatLookAtTextDoToo()
    {
        QFETCH(bool, reference);
        compare(
            run(*passOf(m_sd, reference), pipelineNoise,
                {input("x", {1, 4, 8, 8}), Tensor::fromFloats({1}, std::vector<float>{801}),
                 input("text", {12, 16})}),
            "unet_condition", 2e-5);
    }

    void decodersMakePyTorchsPicture_data()
    {
        QTest::addColumn<bool>("old");
        QTest::newRow("names of today") << false;
        QTest::newRow("names of 2022") << true;
    }
    void decodersMakePyTorchsPicture()
    {
        QFETCH(bool, old);
        auto model = m_sd;
        if (old) {
            diffusersFolder::writeStableDiffusion(m_root / "old", {.oldNames = true});
            model = loadModel(m_root / "old").value();
        }
        compare(
            thinned(run(*passOf(model), pipelineDecoder, {input("z", {1, 4, 8, 8}, 1.7 * 0.18215)})),
            old ? "vae_decoder_old" : "vae_decoder", 2e-5);
    }

    void autoencodersMakePyTorchsPicture_data() { addDevices(); }
    void autoencodersMakePyTorchsPicture()
    {
        QFETCH(bool, reference);
        diffusersFolder::writeAutoencoder(m_root / "autoencoder");
        const auto model = loadModel(m_root / "autoencoder").value();
        QVERIFY2(model->graph, model->whyNotEvaluated.c_str());
        QCOMPARE(model->picture->task, PictureTask::Autoencoding);
        QCOMPARE(model->picture->multiple, std::size_t(8));
        QCOMPARE(model->layers.size(), std::size_t(70)); // the encoder's too
        const auto pass = passOf(model, reference);
        const Tensor given[] = {input("picture", {1, 3, 24, 32}, 0.5 * 1.7)};
        const auto made = pass->run(given, keyOf("x"), model->original(), NetworkPass::Keep::Nothing, {});
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        compare(thinned(*made), "autoencoder", 2e-5);
        const auto refused = graphFor(*model, {1, 3, 20, 32});
        QVERIFY(!refused && refused.error().message.find("multiples of 8") != std::string::npos);
    }

    void textEncodersSayWhatPyTorchSays()
    {
        compare(run(*passOf(m_sd), pipelineText, {clipIds}), "clip_text", 2e-5);
    }

    void aPromptBecomesPyTorchsPicture()
    {
        const auto pass = passOf(m_sd);
        TaskOptions options{.steps = 5};
        options.prompt = "AB  ba";
        std::size_t texts = 0, steps = 0;
        std::vector<float> latents;
        const auto output = generatePicture(
            *pass, 42, options, m_sd->original(), NetworkPass::Keep::Nothing, {}, [&](const NetworkRun& run) {
                texts += run.part == pipelineText ? 1 : 0;
                steps += run.part == pipelineNoise ? 1 : 0;
                if (run.part == pipelineDecoder)
                    latents = run.given[0].toFloats();
            });
        QVERIFY2(output, output ? "" : output.error().message.c_str());
        QCOMPARE(texts, std::size_t(2));
        QCOMPARE(steps, std::size_t(10)); // the prompt and what guides it away from
        QCOMPARE(output->size(), std::size_t(7)); // picture, five steps, picture
        QCOMPARE((*output)[0].type().shape, (Shape{1, 3, 64, 64}));
        compare(Tensor::fromFloats({latents.size()}, latents), "pipeline_latents", 2e-5);
        compare(thinned((*output)[0]), "pipeline_picture", 3e-5);
    }

    void guidanceOfOneIsThePromptAlone()
    {
        const auto pass = passOf(m_sd);
        const auto picture = [&](const std::string& prompt, const std::string& negative, double guidance) {
            TaskOptions options{.steps = 2};
            options.prompt = prompt;
            options.negativePrompt = negative;
            options.guidance = guidance;
            return generatePicture(*pass, 1, options, m_sd->original(), NetworkPass::Keep::Nothing, {})
                .value()[0]
                .toFloats();
        };
        QVERIFY(picture("ab", "x", 1) == picture("ab", "y", 1));
        QVERIFY(picture("ab", "x", 0) == picture("ba", "x", 0));
        QVERIFY(picture("x", "", 1) == picture("", "x", 0));
        QVERIFY(picture("ab", "x", 3) != picture("ab", "x", 1));
    }

    void promptsBecomeTokens()
    {
        const Tokenizer& tokenizer = *m_sd->tokenizer;
        QCOMPARE(tokenizer.encode("ab"), (std::vector<TokenId>{512}));
        QCOMPARE(tokenizer.encode("ABAB ab"), (std::vector<TokenId>{515, 512}));
        QCOMPARE(tokenizer.encode("  Ba\n"), (std::vector<TokenId>{513}));
        // A word of letters, each digit, other signs together; the last byte of each has its own token.
        QCOMPARE(
            tokenizer.encode("c12!?"),
            (std::vector<TokenId>{256 + 'c', 256 + '1', 256 + '2', '!', 256 + '?'}));
        QCOMPARE(tokenizer.encode("x's"), (std::vector<TokenId>{256 + 'x', '\'', 256 + 's'}));
        QCOMPARE(tokenizer.encode("É"), (std::vector<TokenId>{0xC3, 256 + 0xA9})); // small, two bytes
        QCOMPARE(tokenizer.encode(""), std::vector<TokenId>());
        QCOMPARE(tokenizer.decode(tokenizer.encode("abab  c1")), std::string("abab c 1"));
        const auto row = promptTokens(*m_sd, "ab ba").value().toFloats();
        QCOMPARE(row, (std::vector<float>{598, 512, 513, 599, 599, 599, 599, 599, 599, 599, 599, 599}));
        // What does not fit is cut, the end stays.
        const auto cut = promptTokens(*m_sd, "a b c d e f g h i j k l m").value().toFloats();
        QCOMPARE(cut.size(), std::size_t(12));
        QCOMPARE(cut[0], 598.0f);
        QCOMPARE(cut[10], float(256 + 'j'));
        QCOMPARE(cut[11], 599.0f);
        QCOMPARE(tokensLost(*m_sd, "a b c d e f g h i j k l m"), std::size_t(3));
    }

    void layersOfAllThreeNetworksCanBeCompressed()
    {
        std::map<std::string, int> found;
        for (const Layer& layer : m_sd->layers)
            ++found[layer.name.substr(0, layer.name.find('.'))];
        QCOMPARE(found.size(), std::size_t(3));
        QCOMPARE(found["text_encoder"], 1 + 3 * 6);
        for (const Layer& layer : m_sd->layers) {
            QVERIFY2(layer.name.find("encoder.conv_in") == std::string::npos, layer.name.c_str());
            QVERIFY2(layer.name.find("position") == std::string::npos, layer.name.c_str());
            QVERIFY2(m_sd->graph->firstStageOf(layer.tensor), layer.name.c_str());
        }
        QCOMPARE(m_sd->picture->channels, std::size_t(3));
        QCOMPARE(m_sd->picture->height, std::size_t(64));
        QCOMPARE(m_sd->picture->promptTokens, std::size_t(12));
    }

    void aProbeHearsOfEveryNetworkOfAPipeline()
    {
        std::vector<std::unique_ptr<Backend>> backends;
        backends.push_back(makeCpuBackend().value());
        backends.push_back(makeReferenceBackend());
        auto pass = std::make_unique<NetworkPass>(
            std::make_shared<Compressor>(m_sd, MethodLookup(), nullptr, 0),
            std::make_unique<Executor>(std::move(backends)), std::size_t{1} << 20);
        PictureSample sample;
        sample.key = keyOf("seed", 0);
        const auto probe = PictureProbe::create(std::move(pass), {sample}, {.steps = 3}, {}, {}).value();
        // Three steps, then what guides them away, two texts, latents to decode.
        QCOMPARE(probe->chunkCount(), std::size_t(9));
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(probe->timeStep(i).has_value());
        QVERIFY(!probe->timeStep(3).has_value());
        std::set<std::string> seen;
        for (std::size_t i = 0; i < probe->layers().size(); ++i) {
            if (!seen.insert(m_sd->layers[i].name.substr(0, 4)).second)
                continue;
            const Layer& layer = m_sd->layers[i];
            const ModelProbe::Replaced replaced[] = {
                {i,
                 Tensor::adoptFloats({layer.rows, layer.columns}, std::vector<float>(layer.parameters()))}};
            QVERIFY2(probe->losses(replaced, 1).value().divergence > 0, layer.name.c_str());
        }
        QCOMPARE(seen.size(), std::size_t(3));
        QCOMPARE(probe->losses({}, 0).value().divergence, 0.0);
    }

    void methodsLearnFromTheNetworkThatALayerIsIn()
    {
        // One sample for each network: none is run through another's.
        const Graph& graph = *m_sd->graph;
        const std::vector<std::vector<Tensor>> given{
            {clipIds},
            {input("x", {1, 4, 8, 8}), Tensor::fromFloats({1}, std::vector<float>{801}),
             input("text", {12, 16})},
            {input("z", {1, 4, 8, 8})}};
        std::vector<ValueMap> samples(3);
        for (std::size_t part = 0; part < 3; ++part)
            for (std::size_t i = 0; i < given[part].size(); ++i)
                samples[part][graph.part(part).inputs[i]] = given[part][i];
        std::vector<std::unique_ptr<Backend>> backends;
        backends.push_back(makeReferenceBackend());
        std::size_t made = 0;
        Statistics statistics(
            m_sd,
            [&](std::stop_token) -> Result<std::vector<ValueMap>> {
                ++made;
                return samples;
            },
            keyOf("three"), std::make_unique<Executor>(std::move(backends)));
        QCOMPARE(made, std::size_t(0));
        std::set<std::string> seen;
        for (std::size_t i = m_sd->layers.size(); i-- > 0;) { // backwards: what was run before is run again
            const Layer& layer = m_sd->layers[i];
            if (!seen.insert(layer.name.substr(0, 4)).second)
                continue;
            const auto of = statistics.of(LayerId(i), Calibration::Gram, {}).value();
            const auto squares = of.meanSquare.floats(), gram = of.gram->floats();
            for (std::size_t c = 0; c < layer.columns; ++c)
                QVERIFY2(
                    std::abs(gram[c * layer.columns + c] - squares[c]) <= 1e-5f * std::max(1.0f, squares[c]),
                    layer.name.c_str());
        }
        QCOMPARE(seen.size(), std::size_t(3));
        QCOMPARE(made, std::size_t(1));
    }

    void filesInOneFolderOpenToo()
    {
        diffusersFolder::writeDdpm(m_root / "flat", false);
        const auto flat = loadModel(m_root / "flat").value();
        QVERIFY2(flat->graph, flat->whyNotEvaluated.c_str());
        QVERIFY(flat->key == m_ddpm->key);
        QCOMPARE(int(flat->picture->schedule.sampler), int(SamplerKind::Ddpm));
        QCOMPARE(int(flat->picture->schedule.variance), int(StepVariance::FixedLarge));
        const auto index = loadModel(m_root / "flat/model_index.json").value();
        QVERIFY(index->key == m_ddpm->key);
    }

    void pixelNetworksAreTheSameBehindOnnx()
    {
        const auto path = m_root / "ddpm.onnx";
        std::vector<std::string> formats;
        for (const NamedTensor& tensor : m_ddpm->file->tensors)
            formats.push_back(tensor.stored.type().format->id());
        const auto& target = *std::ranges::find(exportTargets(), "onnx", &ExportTarget::id);
        const auto written = target.write(
            {.model = *m_ddpm->file,
             .formats = formats,
             .tensor = [&](std::size_t i,
                           std::string_view id) { return encodedTensor(m_ddpm->file->tensors[i], id); },
             .path = path});
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        const auto model = loadModel(path).value();
        QVERIFY2(model->graph, model->whyNotEvaluated.c_str());
        const auto pass = passOf(model);
        compare(
            run(*pass, 0,
                {input("x", {1, 3, 16, 16}),
                 Tensor::fromFloats(model->graph->inputs[1].shape, std::vector<float>{37})}),
            "unet2d", 2e-5);
        QVERIFY(model->picture->schedule == m_ddpm->picture->schedule);
        QCOMPARE(model->picture->timeScale, 1.0);
        // Three networks are more than one such file holds.
        const auto problems =
            target.check(*m_sd->file, std::vector<std::string>(m_sd->file->tensors.size(), "f32"));
        QVERIFY(!problems.empty());
        QVERIFY2(problems[0].find("several networks") != std::string::npos, problems[0].c_str());
    }

    void picturesOfOtherSizesCanBeMade()
    {
        const auto graph = graphFor(*m_sd, {1, 4, 16, 8});
        QVERIFY2(graph, graph ? "" : graph.error().message.c_str());
        QCOMPARE(graph->outputShape, (Shape{1, 3, 128, 64}));
        const auto refused = graphFor(*m_sd, {1, 4, 12, 8});
        QVERIFY(!refused);
        QVERIFY2(
            refused.error().message.find("multiples of 8") != std::string::npos,
            refused.error().message.c_str());
    }

private:
    static void addDevices()
    {
        QTest::addColumn<bool>("reference");
        QTest::newRow("cpu") << false;
        QTest::newRow("reference") << true;
    }

    QTemporaryDir m_folder;
    std::filesystem::path m_root;
    std::shared_ptr<const Model> m_ddpm, m_sd;
};

QTEST_APPLESS_MAIN(DiffusersNetworksTest)
#include "diffusers_networks_test.moc"
