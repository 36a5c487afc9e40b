#include "onnx_builder.h"
#include "png_file.h"
#include "scenes.h"
#include "training.h"

#include <cmath>
#include <filesystem>

namespace sample {
namespace {

constexpr int batch = 16, side = 48, shippedSteps = 4000;

double decibels(const torch::Tensor& made, const torch::Tensor& target)
{
    return -10 * std::log10((made.clamp(0, 1) - target).square().mean().item<double>());
}

void write(int count, const std::string& folder, Dice& dice)
{
    std::filesystem::create_directories(folder);
    for (int i = 0; i < count; ++i) {
        char name[16];
        std::snprintf(name, sizeof name, "/%02d.png", i);
        writePng(folder + name, crowdedScene(128, dice));
    }
}

} // namespace

void makeSuperResolution(const std::string& folder, int steps)
{
    torch::manual_seed(2);
    TorchBuilder network;
    Dice dice(201);
    train(network, {.steps = steps == 0 ? shippedSteps : steps, .rate = 2e-3, .average = 0.995}, [&](int) {
        std::vector<Canvas> large, small;
        for (int i = 0; i < batch; ++i) {
            large.push_back(crowdedScene(side, dice));
            small.push_back(halved(large.back()));
            round8(small.back());
        }
        return (superResolution(network, toTensor(small)) - toTensor(large)).abs().mean();
    });
    Dice others(202);
    const torch::NoGradGuard none;
    double plain = 0, learned = 0;
    constexpr int count = 16;
    for (int i = 0; i < count; ++i) {
        const Canvas large = crowdedScene(128, others);
        Canvas small = halved(large);
        round8(small);
        const auto target = toTensor({large})[0];
        plain += decibels(toTensor({doubled(small)})[0], target) / count;
        learned += decibels(superResolution(network, toTensor({small}))[0], target) / count;
    }
    std::printf("super-resolution: %.2f dB, bicubic %.2f dB on %d other pictures\n", learned, plain, count);

    OnnxBuilder file("Twice as large", network.stored());
    file.property("tritloom.task", "super-resolution");
    file.property("Image.BitmapPixelFormat", "Rgb8");
    file.property("Image.NominalPixelRange", "Normalized_0_1");
    const auto picture = file.picture("picture", {1, 3, -1, -1});
    file.finish(superResolution(file, picture), "enlarged", folder + "/enlarge.onnx");
    Dice kept(203);
    write(8, folder + "/evaluation", kept);
    write(8, folder + "/calibration", kept);
}

} // namespace sample
