#include "core/architecture/model.h"
#include "core/export/checkpoint_names.h"
#include "core/export/export_target.h"
#include "tests/support/diffusers_folder.h"

#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace tritloom;

namespace {

const ExportTarget& target()
{
    return *std::ranges::find(exportTargets(), "diffusion-gguf", &ExportTarget::id);
}

/// Wide enough for blocks of 32 numbers.
std::shared_ptr<const Model> wideModel(const std::filesystem::path& folder)
{
    diffusersFolder::StableDiffusionSizes sizes;
    sizes.unet.widths = {32, 32, 64, 64};
    sizes.unet.text = 32;
    sizes.unet.layers = 1;
    sizes.textLayers = 1;
    diffusersFolder::writeStableDiffusion(folder, sizes);
    return loadModel(folder).value();
}

/// Blocks where the rows allow it, for layers of two dimensions only or for convolutions too.
std::vector<std::string> formatsOf(const Model& model, bool convolutions)
{
    std::vector<std::string> formats;
    for (const NamedTensor& tensor : model.file->tensors) {
        const bool isLayer = tensor.role == NamedTensor::Role::Layer
            || (tensor.role == NamedTensor::Role::ByName && tensor.shape.size() == 2);
        const bool isConvolution = tensor.fileShape.size() == 4;
        formats.push_back(
            !isLayer                                                                ? "f32"
                : tensor.shape.back() % 32 == 0 && (convolutions || !isConvolution) ? "q8_0"
                                                                                    : "f16");
    }
    return formats;
}

auto writtenTo(const std::filesystem::path& path, const Model& model, const std::vector<std::string>& formats)
{
    return target().write(
        {.model = *model.file,
         .formats = formats,
         .tensor = [&](std::size_t i,
                       std::string_view id) { return encodedTensor(model.file->tensors[i], id); },
         .path = path});
}

} // namespace

/// One file for stable-diffusion.cpp and ComfyUI-GGUF: export-formats.md, section 7.1.
class DiffusionGgufTest : public QObject {
    Q_OBJECT

private slots:
    void tensorsHaveTheNamesOfOriginalCheckpoints_data()
    {
        QTest::addColumn<QString>("ours");
        QTest::addColumn<QString>("theirs");
        const auto row = [](const char* ours, const char* theirs) { QTest::newRow(ours) << ours << theirs; };
        row("unet.conv_in.weight", "model.diffusion_model.input_blocks.0.0.weight");
        row("unet.time_embedding.linear_2.bias", "model.diffusion_model.time_embed.2.bias");
        row("unet.down_blocks.0.resnets.0.norm1.weight",
            "model.diffusion_model.input_blocks.1.0.in_layers.0.weight");
        row("unet.down_blocks.0.attentions.1.proj_in.weight",
            "model.diffusion_model.input_blocks.2.1.proj_in.weight");
        row("unet.down_blocks.0.downsamplers.0.conv.weight",
            "model.diffusion_model.input_blocks.3.0.op.weight");
        row("unet.down_blocks.1.resnets.0.conv_shortcut.bias",
            "model.diffusion_model.input_blocks.4.0.skip_connection.bias");
        row("unet.down_blocks.2.downsamplers.0.conv.bias", "model.diffusion_model.input_blocks.9.0.op.bias");
        row("unet.down_blocks.3.resnets.1.time_emb_proj.weight",
            "model.diffusion_model.input_blocks.11.0.emb_layers.1.weight");
        row("unet.mid_block.resnets.1.conv2.weight",
            "model.diffusion_model.middle_block.2.out_layers.3.weight");
        row("unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight",
            "model.diffusion_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight");
        row("unet.up_blocks.0.upsamplers.0.conv.weight",
            "model.diffusion_model.output_blocks.2.1.conv.weight");
        row("unet.up_blocks.1.upsamplers.0.conv.weight",
            "model.diffusion_model.output_blocks.5.2.conv.weight");
        row("unet.up_blocks.3.attentions.2.transformer_blocks.0.ff.net.0.proj.weight",
            "model.diffusion_model.output_blocks.11.1.transformer_blocks.0.ff.net.0.proj.weight");
        row("unet.conv_norm_out.weight", "model.diffusion_model.out.0.weight");
        row("unet.conv_out.bias", "model.diffusion_model.out.2.bias");
        row("vae.post_quant_conv.weight", "first_stage_model.post_quant_conv.weight");
        row("vae.decoder.conv_norm_out.bias", "first_stage_model.decoder.norm_out.bias");
        row("vae.decoder.mid_block.resnets.0.conv1.weight",
            "first_stage_model.decoder.mid.block_1.conv1.weight");
        row("vae.decoder.mid_block.attentions.0.to_out.0.weight",
            "first_stage_model.decoder.mid.attn_1.proj_out.weight");
        row("vae.decoder.mid_block.attentions.0.key.bias", "first_stage_model.decoder.mid.attn_1.k.bias");
        row("vae.decoder.up_blocks.0.resnets.2.conv2.weight",
            "first_stage_model.decoder.up.3.block.2.conv2.weight");
        row("vae.decoder.up_blocks.2.resnets.0.conv_shortcut.weight",
            "first_stage_model.decoder.up.1.block.0.nin_shortcut.weight");
        row("vae.decoder.up_blocks.2.upsamplers.0.conv.weight",
            "first_stage_model.decoder.up.1.upsample.conv.weight");
        row("vae.encoder.down_blocks.1.downsamplers.0.conv.bias",
            "first_stage_model.encoder.down.1.downsample.conv.bias");
        row("text_encoder.text_model.encoder.layers.3.mlp.fc1.weight",
            "cond_stage_model.transformer.text_model.encoder.layers.3.mlp.fc1.weight");
        row("text_encoder.text_model.embeddings.position_ids", "");
    }
    void tensorsHaveTheNamesOfOriginalCheckpoints()
    {
        QFETCH(QString, ours);
        QFETCH(QString, theirs);
        QTemporaryDir place;
        diffusersFolder::writeStableDiffusion(place.path().toStdString());
        const auto model = loadModel(place.path().toStdString()).value();
        const auto names = CheckpointNames::of(*model->file).value();
        QCOMPARE(QString::fromStdString(names.of(ours.toStdString())), theirs);
        // Every tensor has a name, and its own.
        std::set<std::string> seen;
        for (const NamedTensor& tensor : model->file->tensors)
            QVERIFY2(seen.insert(names.of(tensor.name)).second, tensor.name.c_str());
        QVERIFY(!seen.contains(""));
    }

    void whatIsWrittenIsReadBack_data()
    {
        QTest::addColumn<bool>("convolutions");
        QTest::newRow("matrices in blocks") << false;
        QTest::newRow("convolutions too") << true;
    }
    void whatIsWrittenIsReadBack()
    {
        QFETCH(bool, convolutions);
        QTemporaryDir place;
        const std::filesystem::path root = place.path().toStdString();
        const auto model = wideModel(root / "model");
        const std::vector<std::string> formats = formatsOf(*model, convolutions);
        QVERIFY(target().check(*model->file, formats).empty());
        const auto written = writtenTo(root / "sd.gguf", *model, formats);
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        const auto file = openModel(root / "sd.gguf").value();
        QCOMPARE(file.architecture(), std::string("sd1"));
        QCOMPARE(file.tensors.size(), model->file->tensors.size());
        const auto names = CheckpointNames::of(*model->file).value();
        std::size_t packed = 0, reshaped = 0;
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const NamedTensor& ours = model->file->tensors[i];
            const std::string name = names.of(ours.name);
            const NamedTensor* const theirs = file.find(name);
            QVERIFY2(theirs != nullptr, name.c_str());
            const Tensor expected = encodedTensor(ours, theirs->stored.type().format->id()).value();
            QVERIFY2(std::ranges::equal(theirs->stored.bytes(), expected.bytes()), name.c_str());
            const bool isPacked = theirs->stored.type().format->id() == "q8_0";
            packed += isPacked ? 1 : 0;
            const auto* const shape = file.metadata.find("comfy.gguf.orig_shape." + name);
            if (isPacked && ours.fileShape.size() == 4) {
                ++reshaped;
                const auto* const list = std::get_if<std::vector<std::int32_t>>(shape);
                QVERIFY2(list != nullptr, name.c_str());
                QVERIFY(
                    std::ranges::equal(*list, ours.fileShape, {}, {}, [](std::size_t n) { return int(n); }));
            } else {
                QVERIFY(shape == nullptr);
            }
            // Plain numbers keep their dimensions, those of a convolution of 1 x 1 in the decoder's attention
            // too.
            if (name == "first_stage_model.decoder.mid.attn_1.q.weight")
                QCOMPARE(theirs->shape.size(), std::size_t(4));
        }
        QVERIFY(packed > 20);
        QCOMPARE(reshaped > 0, convolutions);
        QCOMPARE(
            std::ranges::any_of(
                written->notices,
                [](const std::string& n) { return n.find("ComfyUI-GGUF alone") != std::string::npos; }),
            convolutions);
    }

    // What the loaders look for, as they were seen to read such files: ComfyUI-GGUF (795e451) strips the
    // prefix of the UNet and wants these names; stable-diffusion.cpp (97d2990) tells the version by names and
    // compares all four dimensions, so that convolutions must not be rows.
    void eachLoaderFindsWhatItLooksFor()
    {
        QTemporaryDir place;
        const std::filesystem::path root = place.path().toStdString();
        diffusersFolder::StableDiffusionSizes sizes;
        sizes.unet.widths = {32, 32, 64, 64};
        sizes.unet.text = 32;
        diffusersFolder::writeStableDiffusion(root / "model", sizes);
        const auto model = loadModel(root / "model").value();
        const std::vector<std::string> formats = formatsOf(*model, false);
        const auto written = writtenTo(root / "sd.gguf", *model, formats);
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        const auto file = openModel(root / "sd.gguf").value();
        QCOMPARE(file.architecture(), std::string("sd1"));
        for (const char* const name :
             {"input_blocks.3.0.op.weight", "input_blocks.6.0.op.weight", "input_blocks.9.0.op.weight",
              "output_blocks.2.1.conv.weight", "output_blocks.5.2.conv.weight",
              "output_blocks.8.2.conv.weight"})
            QVERIFY2(file.find(std::string("model.diffusion_model.") + name) != nullptr, name);
        QVERIFY(
            file.find("cond_stage_model.transformer.text_model.embeddings.token_embedding.weight")
            != nullptr);
        QVERIFY(file.find("first_stage_model.decoder.conv_in.weight") != nullptr);
        const auto names = CheckpointNames::of(*model->file).value();
        std::size_t convolutions = 0, matrices = 0;
        for (const NamedTensor& ours : model->file->tensors) {
            const NamedTensor* const theirs = file.find(names.of(ours.name));
            QVERIFY2(theirs != nullptr, ours.name.c_str());
            if (ours.fileShape.size() == 4) {
                ++convolutions;
                QCOMPARE(theirs->stored.type().shape, ours.fileShape);
                QVERIFY(theirs->stored.type().format->isFloat());
            } else if (theirs->stored.type().format->id() == "q8_0") {
                ++matrices;
            } else if (ours.shape.size() == 1) {
                QCOMPARE(theirs->stored.type().format->id(), std::string("f32"));
            }
        }
        QVERIFY(convolutions > 60 && matrices > 100);
        QVERIFY(written->notices.empty());
    }

    void whatCannotBeWrittenIsSaidBefore()
    {
        QTemporaryDir place;
        const std::filesystem::path root = place.path().toStdString();
        const auto model = wideModel(root / "model");
        std::vector<std::string> formats = formatsOf(*model, false);
        for (std::size_t i = 0; i < formats.size(); ++i)
            if (model->file->tensors[i].name == "unet.conv_in.weight")
                formats[i] = "q4_0"; // rows of 36
        auto problems = target().check(*model->file, formats);
        QCOMPARE(problems.size(), std::size_t(1));
        QVERIFY2(problems[0].find("36") != std::string::npos, problems[0].c_str());
        diffusersFolder::writeDdpm(root / "ddpm");
        const auto ddpm = loadModel(root / "ddpm").value();
        problems = target().check(*ddpm->file, std::vector<std::string>(ddpm->file->tensors.size(), "f16"));
        QCOMPARE(problems.size(), std::size_t(1));
        QVERIFY2(problems[0].find("UNet2DModel") != std::string::npos, problems[0].c_str());
    }
};

QTEST_APPLESS_MAIN(DiffusionGgufTest)
#include "diffusion_gguf_test.moc"
