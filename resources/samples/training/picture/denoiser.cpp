#include "noise_schedule.h"
#include "onnx_builder.h"
#include "png_file.h"
#include "scenes.h"
#include "training.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace sample {
namespace {

constexpr int batch = 32, shippedSteps = 5000;
/// Those of the sixteen that are generated: cross, heart, ring, triangle.
constexpr std::size_t drawn[] = {1, 3, 12, 15};

Canvas drawOne(int i, Dice& dice)
{
    return plainScene(drawn[std::size_t(i) % std::size(drawn)], dice);
}

/// DDIM without new noise, every `stride`-th time step.
torch::Tensor generate(TorchBuilder& network, torch::Tensor x, int stride)
{
    const std::vector<double> shares = signalShares();
    for (int t = timeSteps - stride; t >= 0; t -= stride) {
        const double share = shares[std::size_t(t)], next = t >= stride ? shares[std::size_t(t - stride)] : 1;
        const auto noise = denoiser(network, x, torch::full({x.size(0)}, float(t)));
        const auto clean = ((x - std::sqrt(1 - share) * noise) / std::sqrt(share)).clamp(-1, 1);
        x = std::sqrt(next) * clean + std::sqrt(1 - next) * noise;
    }
    return x;
}

} // namespace

void makeDenoiser(const std::string& folder, int steps)
{
    torch::manual_seed(3);
    TorchBuilder network;
    Dice dice(301);
    const std::vector<double> shares = signalShares();
    train(network, {.steps = steps == 0 ? shippedSteps : steps, .rate = 2e-3, .average = 0.998}, [&](int) {
        std::vector<Canvas> pictures;
        std::vector<float> times, signal, spread, weights;
        for (int i = 0; i < batch; ++i) {
            pictures.push_back(drawOne(dice.whole(0, int(std::size(drawn)) - 1), dice));
            const int t = dice.whole(0, timeSteps - 1);
            const double share = shares[std::size_t(t)];
            times.push_back(float(t));
            signal.push_back(float(std::sqrt(share)));
            spread.push_back(float(std::sqrt(1 - share)));
            // Little noise is easy to take away and asks for precision.
            weights.push_back(float(std::clamp(share / (1 - share), 1.0, 3.0)));
        }
        const auto column
            = [](const std::vector<float>& values) { return torch::tensor(values).view({-1, 1, 1, 1}); };
        const auto clean = 2 * toTensor(pictures) - 1, noise = torch::randn_like(clean);
        const auto seen = column(signal) * clean + column(spread) * noise;
        return (column(weights) * (cleaned(network, seen, torch::tensor(times)) - clean).square()).mean();
    });

    OnnxBuilder file("Shapes out of noise", network.stored());
    file.property("tritloom.task", "generation");
    file.property("Image.BitmapPixelFormat", "Rgb8");
    file.property("Image.NominalPixelRange", "Normalized_1_1");
    const auto picture = file.picture("picture", {1, 3, 32, 32});
    const auto time = file.wholeNumber("time");
    file.finish(denoiser(file, picture, time), "noise", folder + "/denoise.onnx");
    std::filesystem::create_directories(folder + "/drawn");
    Dice kept(303);
    for (int i = 0; i < 8; ++i)
        writePng(
            folder + "/drawn/" + std::string(figures()[drawn[std::size_t(i) % 4]].name)
                + (i < 4 ? "-0" : "-1") + ".png",
            drawOne(i, kept));
    const torch::NoGradGuard none;
    std::vector<Canvas> sheet;
    const auto made = generate(network, torch::randn({24, 3, 32, 32}), 100);
    for (int i = 0; i < 24; ++i)
        sheet.push_back(toCanvas((made[i] + 1) / 2));
    writeSheet(folder + "/generated.png", sheet, 8);
}

} // namespace sample
