#include "onnx_builder.h"
#include "png_file.h"
#include "scenes.h"
#include "training.h"

#include <filesystem>

namespace sample {
namespace {

constexpr int batch = 64, shippedSteps = 1600;

struct Labelled {
    std::vector<Canvas> pictures;
    std::vector<std::int64_t> classes;
};

Labelled draw(int count, Dice& dice)
{
    Labelled set;
    for (int i = 0; i < count; ++i) {
        const auto figure = std::size_t(i) % figures().size();
        set.pictures.push_back(labelledScene(figure, dice));
        set.classes.push_back(std::int64_t(figure));
    }
    return set;
}

void write(const Labelled& set, const std::string& folder)
{
    std::filesystem::create_directories(folder);
    for (std::size_t i = 0; i < set.pictures.size(); ++i) {
        char number[32];
        std::snprintf(number, sizeof number, "%03zu", i / figures().size());
        const std::string name(figures()[std::size_t(set.classes[i])].name);
        const std::string place = folder + "/" + name;
        std::filesystem::create_directories(place);
        writePng(place + "/" + number + ".png", set.pictures[i]);
    }
}

} // namespace

void makeClassifier(const std::string& folder, int steps)
{
    torch::manual_seed(1);
    const int classes = int(figures().size());
    TorchBuilder network;
    Dice dice(101);
    train(network, {.steps = steps == 0 ? shippedSteps : steps, .rate = 4e-3, .decay = 1e-2}, [&](int) {
        const Labelled set = draw(batch, dice);
        const auto logits = classifier(network, toTensor(set.pictures), classes);
        return torch::nn::functional::cross_entropy(
            logits, torch::tensor(set.classes),
            torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(0.02));
    });
    Dice others(102);
    const Labelled test = draw(1024, others);
    const torch::NoGradGuard none;
    const auto logits = classifier(network, toTensor(test.pictures), classes);
    const double right =
        logits.argmax(1).eq(torch::tensor(test.classes)).to(torch::kFloat).mean().item<double>();
    std::printf("classifier: %.2f %% of 1024 other pictures\n", 100 * right);

    OnnxBuilder file("Shapes and letters", network.stored());
    file.property("tritloom.task", "classification");
    file.property("Image.BitmapPixelFormat", "Rgb8");
    file.property("Image.NominalPixelRange", "Normalized_0_1");
    const auto picture = file.picture("picture", {1, 3, 32, 32});
    file.finish(classifier(file, picture, classes), "logits", folder + "/shapes.onnx");
    Dice kept(103);
    write(draw(10 * classes, kept), folder + "/evaluation");
    write(draw(4 * classes, kept), folder + "/calibration");
}

} // namespace sample
