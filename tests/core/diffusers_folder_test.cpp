#include "core/architecture/network_cost.h"
#include "tests/support/diffusers_folder.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace tritloom;
namespace fs = std::filesystem;

namespace {

QJsonObject read(const fs::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s", path.c_str());
    return QJsonDocument::fromJson(file.readAll()).object();
}

using Change = std::function<void(const fs::path&)>;

Change set(const char* file, const char* key, QJsonValue value)
{
    return [=](const fs::path& folder) {
        QJsonObject json = read(folder / file);
        json[key] = value;
        diffusersFolder::save(folder / file, json);
    };
}
Change without(const char* file)
{
    return [=](const fs::path& folder) { fs::remove_all(folder / file); };
}

} // namespace
Q_DECLARE_METATYPE(Change)

/// Folders that lie or lack something: one sentence with the file, the field and the numbers.
class DiffusersFolderTest : public QObject {
    Q_OBJECT

private slots:
    void whatIsWrongIsSaid_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QStringList>("words");
        const auto row = [](const char* name, Change change, QStringList words) {
            QTest::newRow(name) << std::move(change) << words;
        };
        row("unknown pipeline", set("model_index.json", "_class_name", "FluxPipeline"),
            {"model_index.json", "FluxPipeline", "StableDiffusionPipeline"});
        row("a number for a class", set("model_index.json", "_class_name", 3),
            {"model_index.json: _class_name is 3, StableDiffusionPipeline"});
        row("no class", set("model_index.json", "_class_name", QJsonValue::Null),
            {"model_index.json: _class_name is missing, StableDiffusionPipeline"});
        row("unknown class",
            set("model_index.json", "vae", QJsonArray{"diffusers", "AsymmetricAutoencoderKL"}),
            {"model_index.json", "vae", "AsymmetricAutoencoderKL", "AutoencoderKL"});
        row("part not named", set("model_index.json", "unet", QJsonValue::Null),
            {"model_index.json", "unet", "missing"});
        row("network of another pipeline",
            set("model_index.json", "unet", QJsonArray{"diffusers", "UNet2DModel"}),
            {"model_index.json", "UNet2DModel", "UNet2DConditionModel"});
        row("no folder", without("vae"), {"vae", "no folder"});
        row("no weights", without("unet/diffusion_pytorch_model.safetensors"),
            {"unet/diffusion_pytorch_model.safetensors", "no"});
        row("no config", without("text_encoder/config.json"), {"text_encoder/config.json", "no"});
        row("no vocabulary", without("tokenizer/vocab.json"), {"tokenizer/vocab.json", "no"});
        row("no scheduler", without("scheduler/scheduler_config.json"),
            {"scheduler/scheduler_config.json", "no"});
        row("class in the config", set("vae/config.json", "_class_name", "VQModel"),
            {"vae/config.json", "VQModel"});
        row("widths of the unet", set("unet/config.json", "block_out_channels", QJsonArray{8, 16, 32, 24}),
            {"unet/config.json", "block_out_channels[2] is 32", "unet.down_blocks.2.resnets.0",
             "[24, 16, 3, 3]"});
        row("as many blocks", set("unet/config.json", "block_out_channels", QJsonArray{8, 16, 24}),
            {"unet/config.json", "block_out_channels has 3", "down_block_types 4"});
        row("text width", set("text_encoder/config.json", "hidden_size", 20),
            {"unet/config.json", "cross_attention_dim is 16", "text_encoder/config.json", "20"});
        row("inner width", set("text_encoder/config.json", "intermediate_size", 64),
            {"text_encoder/config.json", "intermediate_size is 64", "mlp.fc1", "[32, 16]"});
        row("more layers than tensors", set("text_encoder/config.json", "num_hidden_layers", 4),
            {"text_encoder.text_model.encoder.layers.3", "no tensor"});
        row("heads", set("unet/config.json", "attention_head_dim", 3),
            {"unet/config.json", "attention_head_dim", "3", "8"});
        row("latents", set("vae/config.json", "latent_channels", 16),
            {"unet/config.json", "in_channels is 4", "vae/config.json", "16"});
        row("a negative scale", set("vae/config.json", "scaling_factor", -1),
            {"vae/config.json", "scaling_factor is -1", "from 1e-06 to 1000000"});
        row("a scale without end", set("vae/config.json", "scaling_factor", 1e300),
            {"vae/config.json", "scaling_factor is 1e+300", "from 1e-06 to 1000000"});
        row("a shift without end", set("vae/config.json", "shift_factor", 1e300),
            {"vae/config.json", "shift_factor is 1e+300"});
        row("a negative epsilon", set("unet/config.json", "norm_eps", -1),
            {"unet/config.json", "norm_eps is -1", "from 0 to 1"});
        row("groups", set("vae/config.json", "norm_num_groups", 32),
            {"vae/config.json", "norm_num_groups is 32", "16"});
        row("a word for a number", set("unet/config.json", "layers_per_block", "two"),
            {"unet/config.json", "layers_per_block", "two"});
        row("nothing at all", set("unet/config.json", "norm_num_groups", 0),
            {"unet/config.json", "norm_num_groups is 0"});
        row("unknown block",
            set("unet/config.json", "up_block_types",
                QJsonArray{"UpBlock2D", "SimpleCrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"}),
            {"unet/config.json", "up_block_types[1]", "SimpleCrossAttnUpBlock2D"});
        row("what is not here", set("unet/config.json", "addition_embed_type", "text_time"),
            {"unet/config.json", "addition_embed_type", "text_time"});
        row("size", set("unet/config.json", "sample_size", 12), {"unet/config.json", "sample_size", "12"});
        row("unknown scheduler", set("scheduler/scheduler_config.json", "_class_name", "FlowMatchScheduler"),
            {"scheduler/scheduler_config.json", "FlowMatchScheduler", "DDIMScheduler"});
        row("betas", set("scheduler/scheduler_config.json", "beta_end", 1.5),
            {"scheduler/scheduler_config.json", "beta_end 1.5"});
        row("prediction", set("scheduler/scheduler_config.json", "prediction_type", "flow"),
            {"scheduler/scheduler_config.json", "prediction_type", "flow", "v_prediction"});
    }
    void whatIsWrongIsSaid()
    {
        QFETCH(Change, change);
        QFETCH(QStringList, words);
        QTemporaryDir place;
        const fs::path folder = fs::path(place.path().toStdString()) / "model";
        diffusersFolder::writeStableDiffusion(folder);
        change(folder);
        const auto model = loadModel(folder);
        QVERIFY(!model || !(*model)->graph);
        const QString message =
            QString::fromStdString(model ? (*model)->whyNotEvaluated : model.error().message);
        for (const QString& word : words)
            QVERIFY2(message.contains(word), qPrintable(message + "\nlacks: " + word));
        QVERIFY(!message.contains('\n'));
    }

    void anotherSchedulerIsReplacedWithANotice()
    {
        QTemporaryDir place;
        const fs::path folder = place.path().toStdString();
        diffusersFolder::writeStableDiffusion(folder);
        const auto model = loadModel(folder).value();
        QCOMPARE(int(model->picture->schedule.sampler), int(SamplerKind::DpmSolver));
        QCOMPARE(model->picture->schedule.offset, std::size_t(1));
        QVERIFY(!model->picture->schedule.clips);
        const auto& notices = model->file->notices;
        QVERIFY(std::ranges::any_of(
            notices, [](const std::string& n) { return n.find("PNDMScheduler") != std::string::npos; }));
    }

    void aPartAloneOpensForInspection()
    {
        QTemporaryDir place;
        const fs::path folder = place.path().toStdString();
        diffusersFolder::writeStableDiffusion(folder);
        const auto unet = loadModel(folder / "unet").value();
        QVERIFY(!unet->layers.empty());
        QVERIFY(!unet->graph);
        QVERIFY2(unet->whyNotEvaluated.find("no ") != std::string::npos, unet->whyNotEvaluated.c_str());
    }

    void tensorsThatNothingReadsAreTold()
    {
        const QTemporaryDir place;
        const fs::path folder = fs::path(place.path().toStdString()) / "vae";
        diffusersFolder::writeAutoencoder(folder);
        QVERIFY(loadModel(folder).value()->file->notices.empty());
        const diffusersFolder::StableDiffusionSizes sizes;
        auto network = diffusersFolder::autoencoder(sizes.vae, 2);
        network.add("decoder.mid_block.adapter.weight", {4, 4});
        network.add("encoder.norm_extra.bias", {4});
        network.save(folder / "diffusion_pytorch_model.safetensors");
        const auto model = loadModel(folder).value();
        QVERIFY(model->graph.has_value());
        QCOMPARE(
            model->file->notices,
            std::vector<std::string>{"2 tensors of the file are read by no part of the network, the first is "
                                     "'decoder.mid_block.adapter.weight'"});
    }

    void weightsStayInTheFile()
    {
        QTemporaryDir place;
        const fs::path folder = place.path().toStdString();
        diffusersFolder::writeStableDiffusion(folder);
        const auto file = openModel(folder).value();
        // Tensors of one network lie in one mapping, one behind the other.
        const NamedTensor *first = nullptr, *second = nullptr;
        for (const NamedTensor& tensor : file.tensors)
            if (tensor.name.starts_with("unet."))
                (first == nullptr ? first : second) = &tensor;
        QVERIFY(first != nullptr && second != nullptr);
        QVERIFY(first->stored.owner() == second->stored.owner());
    }

    // diffusion-preview-basics, "Headline numbers" and "Compute": every tensor has the shape that the configs
    // ask for, and the networks do as many multiply-adds as counted there.
    void stableDiffusionAsPublishedOpens()
    {
        QTemporaryDir place;
        const fs::path folder = place.path().toStdString();
        diffusersFolder::writeStableDiffusion(folder, diffusersFolder::fullSizes());
        const auto model = loadModel(folder).value();
        QVERIFY2(model->graph, model->whyNotEvaluated.c_str());
        std::map<std::string, std::size_t> parameters;
        for (const NamedTensor& tensor : model->file->tensors) {
            const std::string part = tensor.name.substr(0, tensor.name.find('.'));
            if (part != "vae" || tensor.name.starts_with("vae.decoder")
                || tensor.name.starts_with("vae.post_quant"))
                parameters[part] += TensorType{nullptr, tensor.shape}.elements();
        }
        QCOMPARE(parameters["unet"], std::size_t(859'520'964));
        QCOMPARE(parameters["text_encoder"], std::size_t(123'060'480));
        QCOMPARE(parameters["vae"], std::size_t(49'490'199));
        const auto costs = networkCosts(*model, *model->graph).value();
        QCOMPARE(costs.size(), std::size_t(3));
        const auto near = [](double actual, double expected) {
            return std::abs(actual / expected - 1) < 0.005;
        };
        QVERIFY2(near(costs[1].multiplyAdds, 401.6e9), qPrintable(QString::number(costs[1].multiplyAdds)));
        QVERIFY2(near(costs[2].multiplyAdds, 1257e9), qPrintable(QString::number(costs[2].multiplyAdds)));
        QCOMPARE(costs[1].weightBytes, std::uint64_t(4 * 859'520'964ull));
        QVERIFY(costs[1].liveBytes > 26'500'000); // the values kept for the way up alone
    }

    void ddpmAsPublishedOpens()
    {
        QTemporaryDir place;
        const fs::path folder = place.path().toStdString();
        diffusersFolder::UNetShape shape{
            3,
            {128, 256, 256, 256},
            2,
            0,
            {"DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"},
            {"UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"}};
        QJsonObject config = diffusersFolder::unetConfig(shape, 32, 32);
        config["attention_head_dim"] = QJsonValue::Null;
        config["downsample_padding"] = 0;
        diffusersFolder::save(folder / "config.json", config);
        diffusersFolder::unet(shape).saveHollow(folder / "diffusion_pytorch_model.safetensors");
        const auto model = loadModel(folder).value();
        QVERIFY2(model->graph, model->whyNotEvaluated.c_str());
        QCOMPARE(model->parameters(), std::size_t(35'746'307));
        const auto costs = networkCosts(*model, *model->graph).value();
        QVERIFY2(
            std::abs(costs[0].multiplyAdds / 6.22e9 - 1) < 0.005,
            qPrintable(QString::number(costs[0].multiplyAdds)));
    }
};

QTEST_APPLESS_MAIN(DiffusersFolderTest)
#include "diffusers_folder_test.moc"
