#include "core/architecture/picture_model.h"

#include "core/architecture/diffusers/networks.h"
#include "core/architecture/networks/networks.h"
#include "core/architecture/onnx/onnx_network.h"

#include <algorithm>
#include <array>

namespace tritloom {
namespace {

constexpr std::array<std::string_view, 7> taskNames{"classification", "super-resolution", "restoration",
                                                    "generation",     "autoencoding",     "style-transfer",
                                                    "detection"};

} // namespace

// The only list of networks on pictures; state dicts are recognised in this order.
std::span<const PictureArchitecture> pictureArchitectures()
{
    static constexpr PictureArchitecture list[] = {
        {"onnx", "ONNX graph", nullptr, nullptr, onnx::describeNetwork, onnx::buildNetwork},
        {"diffusers", "Diffusers pipeline (DDPM, Stable Diffusion) or autoencoder", diffusers::isPipeline,
         diffusers::preparePipeline, diffusers::describePipeline, diffusers::buildPipeline},
        {"resnet-cifar", "ResNet for CIFAR (20 to 110)", networks::isResnetCifar,
         networks::prepareConvolutions, networks::describeResnetCifar, networks::buildResnetCifar},
        {"quick-srnet", "QuickSRNet", networks::isQuickSrNet, networks::prepareConvolutions,
         networks::describeQuickSrNet, networks::buildQuickSrNet},
        {"slim-rlfn", "SlimRLFN", networks::isSlimRlfn, networks::prepareConvolutions,
         networks::describeSlimRlfn, networks::buildSlimRlfn},
        {"taesd", "Tiny autoencoders (TAESD, TAEF1, TAEF2)", networks::isTaesd, networks::prepareConvolutions,
         networks::describeTaesd, networks::buildTaesd},
        {"ddpm-cnn", "DDPM, plain CNN", networks::isDdpmCnn, networks::prepareConvolutions,
         networks::describeDdpmCnn, networks::buildDdpmCnn},
        {"ddpm-unet", "DDPM, small U-Net", networks::isDdpmUnet, networks::prepareDdpmUnet,
         networks::describeDdpmUnet, networks::buildDdpmUnet},
        {"ternary-netcnn", "NetCNN with ternary weights (BitNetCNN)", networks::isTernaryNetCnn,
         networks::prepareTernaryNetCnn, networks::describeTernaryNetCnn, networks::buildTernaryNetCnn},
        {"fast-style-transfer", "Fast style transfer", networks::isFastStyleTransfer,
         networks::prepareFastStyleTransfer, networks::describeFastStyleTransfer,
         networks::buildFastStyleTransfer},
        {"ultra-light-face", "Ultra-light face detector RFB-320", networks::isUltraLightFace,
         networks::prepareConvolutions, networks::describeUltraLightFace, networks::buildUltraLightFace},
        {"vision-transformer", "Vision transformer (ViT, DeiT)", networks::isVisionTransformer,
         networks::prepareConvolutions, networks::describeVisionTransformer,
         networks::buildVisionTransformer},
        {"keras", "Keras layers (TensorFlow.js)", networks::isKeras, networks::prepareKeras,
         networks::describeKeras, networks::buildKeras},
        {"dncnn", "DnCNN", networks::isDncnn, networks::prepareDncnn, networks::describeDncnn,
         networks::buildDncnn},
    };
    return list;
}

const PictureArchitecture* findPictureArchitecture(std::string_view id)
{
    const auto list = pictureArchitectures();
    const auto found = std::ranges::find(list, id, &PictureArchitecture::id);
    return found == list.end() ? nullptr : &*found;
}

std::string_view nameOf(PictureTask task)
{
    return taskNames[std::size_t(task)];
}

std::optional<PictureTask> pictureTask(std::string_view name)
{
    const auto found = std::ranges::find(taskNames, name);
    if (found == taskNames.end())
        return std::nullopt;
    return PictureTask(found - taskNames.begin());
}

void identifyNetwork(ModelFile& file)
{
    if (!file.architecture().empty())
        return;
    for (const PictureArchitecture& row : pictureArchitectures()) {
        if (row.recognise == nullptr || !row.recognise(file))
            continue;
        file.metadata.set("general.architecture", std::string(row.id));
        if (row.prepare != nullptr)
            row.prepare(file);
        return;
    }
}

void flattenWeights(ModelFile& file, std::initializer_list<std::string_view> transposed)
{
    for (NamedTensor& tensor : file.tensors) {
        if (tensor.shape.size() == 2)
            continue; // matrices are what they are
        tensor.role = NamedTensor::Role::Other;
        if (tensor.shape.size() != 4 || !tensor.name.ends_with("weight") || !tensor.stored.type().format
            || !tensor.stored.type().format->isFloat())
            continue;
        const std::size_t first = tensor.shape[0],
                          rest = tensor.stored.type().elements() / std::max<std::size_t>(1, first);
        const std::string module = tensor.name.substr(0, tensor.name.rfind('.'));
        const bool turned = std::ranges::find(transposed, module) != transposed.end();
        tensor.fileShape = tensor.shape;
        tensor.role = NamedTensor::Role::Layer;
        tensor.stored = Tensor(
            {tensor.stored.type().format, {first, rest}}, tensor.stored.bytes(), tensor.stored.owner());
        tensor.layout = turned ? Layout::Transposed : Layout::RowMajor;
        tensor.shape = turned ? Shape{rest, first} : Shape{first, rest};
    }
}

void networks::prepareConvolutions(ModelFile& file)
{
    flattenWeights(file);
}

Shape networks::fileShapeOf(const ModelFile& file, std::string_view name)
{
    const NamedTensor* const found = file.find(name);
    return found == nullptr ? Shape() : found->fileShape.empty() ? found->shape : found->fileShape;
}

Shape nominalPicture(const PictureModel& model)
{
    const std::size_t side = (64 + model.multiple - 1) / model.multiple * model.multiple;
    if (const auto& latent = model.latent)
        return {
            1, latent->channels, (model.height == 0 ? side : model.height) / latent->factor,
            (model.width == 0 ? side : model.width) / latent->factor};
    return {
        1, model.channels, model.height == 0 ? side : model.height, model.width == 0 ? side : model.width};
}

} // namespace tritloom
