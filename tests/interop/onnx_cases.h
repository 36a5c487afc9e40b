#pragma once

#include "app/session/export_controller.h"
#include "compute/cpu/cpu_backend.h"
#include "core/task/network_pass.h"
#include "plugins/rtn/rtn.h"
#include "plugins/static_activations/static_activations.h"
#include "tests/interop/onnx_runtime.h"
#include "tests/support/diffusers_folder.h"
#include "tests/support/onnx_network.h"
#include "tests/support/shared_data.h"
#include "tests/support/vision_tensors.h"

#include <QTest>

/// What the tests that ask onnxruntime run: networks, their inputs, and what Tritloom makes of them.
namespace onnxCases {

using namespace tritloom;

/// With its optimisations onnxruntime fuses DequantizeLinear and MatMul into a product with 8-bit
/// activations.
constexpr double optimisedTolerance = 5e-2;

inline std::unique_ptr<Executor> executor()
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeCpuBackend().value());
    backends.push_back(makeReferenceBackend());
    return std::make_unique<Executor>(std::move(backends));
}

inline const LayerMethod* methodOf(std::string_view id)
{
    static const RoundToNearest rtn;
    static const StaticActivations ranges;
    return id == "rtn"               ? static_cast<const LayerMethod*>(&rtn)
        : id == "static-activations" ? &ranges
                                     : nullptr;
}

/// A network, and pictures of noise in the range that it takes.
struct Case {
    std::string name;
    std::filesystem::path path;
    double range = 1;
};

inline std::vector<Tensor> inputsOf(const Model& model, double range)
{
    std::mt19937 random(7);
    std::vector<Tensor> inputs;
    for (const GraphInput& input : model.graph->inputs) {
        std::vector<float> values(TensorType{nullptr, input.shape}.elements());
        for (float& value : values)
            value = float(range) * float(random() % 1000) / 999;
        if (!inputs.empty()) // a step of time
            values.assign(values.size(), 17);
        inputs.push_back(Tensor::adoptFloats(input.shape, std::move(values)));
    }
    return inputs;
}

inline std::vector<OnnxRuntime::Input> named(const Model& model, const std::vector<Tensor>& inputs)
{
    std::vector<OnnxRuntime::Input> result;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        result.push_back({model.graph->inputs[i].name, inputs[i]});
    return result;
}

inline Tensor
evaluated(const std::shared_ptr<Compressor>& compressor, const Allocation& allocation, double range)
{
    NetworkPass pass(compressor, executor(), std::size_t{1} << 24);
    const auto output = pass.run(
        inputsOf(compressor->model(), range), keyOf("noise"), allocation, NetworkPass::Keep::Nothing, {});
    if (!output)
        qFatal("%s", output.error().message.c_str());
    return *output;
}

inline void check(
    const OnnxRuntime& runtime, int job, const Tensor& ours, const std::string& what, double tolerance,
    double (*measure)(const Tensor&, const Tensor&) = relativeDifference)
{
    const auto theirs = runtime.output(job);
    QVERIFY2(theirs, theirs ? "" : (what + ": " + theirs.error().message).c_str());
    const double difference = measure(ours, *theirs);
    qInfo("%-36s differs by %.1e", what.c_str(), difference);
    QVERIFY2(difference < tolerance, what.c_str());
}

/// Networks that are made here, and those of the shared data where it is.
class Cases {
public:
    /// Makes them. "", or why onnxruntime cannot be had.
    QString make()
    {
        if (const QString why = OnnxRuntime::install(); !why.isEmpty())
            return why;
        const auto add = [this](const std::string& name, const OnnxNetwork& network) {
            network.save(inFolder(name + ".onnx"));
            m_cases.push_back({name, inFolder(name + ".onnx")});
        };
        add("classifier", smallClassifier());
        add("classifier of operator set 9", smallClassifier(9));
        add("upscaler", smallUpscaler());
        add("perceptron", smallPerceptron());
        visionTensors::timm({.width = 128, .layers = 1}, true).save(inFolder("vit.safetensors"));
        m_cases.push_back({"vision transformer", inFolder("vit.safetensors")});
        diffusersFolder::writeAutoencoder(inFolder("autoencoder"));
        m_cases.push_back({"autoencoder", inFolder("autoencoder")});
        if (const std::filesystem::path data = sharedData(); !data.empty()) {
            m_cases.push_back({"mnist", data / "img_mnist_onnx/opt-mnist.onnx", 255});
            for (const char* face : {"version-RFB-320", "version-RFB-320_simplified", "version-slim-320"})
                m_cases.push_back({face, data / "img_face_onnx" / (std::string(face) + ".onnx")});
            // What came as tensors only is written from its graph.
            for (const char* file :
                 {"img_resnet20_cifar10/resnet20-12fca82f.th", "img_sr_x4/team21_slimrlfn.pth",
                  "img_sr_x4/team21_slimrlfn_prune.pth", "img_sr_x4/team11_EFQN.pt",
                  "img_dncnn25/dncnn_25.pth", "img_taef2_vae/taef2_decoder.pth",
                  "img_ddpm_unet_mnist/ddpm_mnist.pt", "img_ddpm_cnn_mnist/ddpm_mnist_final.pth",
                  "img_ternary_mnist/bit_netcnn_small_mnist_ternary.zip", "img_tinydarknet_imagenet/tfjs"})
                m_cases.push_back({std::filesystem::path(file).stem(), data / file});
            m_cases.push_back({"face detector", data / "img_face_onnx/version-RFB-320.pth"});
            m_cases.push_back({"udnie", data / "img_style_udnie/udnie", 255});
        }
        return {};
    }
    const std::vector<Case>& all() const { return m_cases; }
    const Case& of(const QString& name) const
    {
        return *std::ranges::find(m_cases, name.toStdString(), &Case::name);
    }
    std::filesystem::path inFolder(const std::string& name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }
    /// One of those made here.
    bool isSmall(const Case& each) const { return each.path.parent_path() == inFolder("x").parent_path(); }

private:
    QTemporaryDir m_folder;
    std::vector<Case> m_cases;
};

} // namespace onnxCases
