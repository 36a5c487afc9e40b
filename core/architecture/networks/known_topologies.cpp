#include "core/architecture/networks/keras.h"

#include "core/architecture/networks/networks.h"

namespace tritloom::networks {
namespace {

/// A convolution of Tiny Darknet (pjreddie.com/darknet/tiny-darknet): 1 x 1 or 3 x 3; pooled: halved behind it.
struct Step {
    std::size_t kernel, outputs;
    bool pooled = false;
};
constexpr Step tinyDarknet[] = {{3, 16, true},  {3, 32, true}, {1, 16},  {3, 128},       {1, 16}, {3, 128, true},
                                {1, 32},        {3, 256},      {1, 32},  {3, 256, true}, {1, 64}, {3, 512},
                                {1, 64},        {3, 512},      {1, 128}, {1, 1000}};

Json layer(const char* type, std::string name, Json config)
{
    config["name"] = std::move(name);
    return {{"class_name", type}, {"config", std::move(config)}};
}

} // namespace

std::optional<std::string> keras::knownTopology(const ModelFile& file)
{
    Json layers = Json::array();
    layers.push_back(layer("InputLayer", "input_1", {{"batch_input_shape", {nullptr, 224, 224, 3}}}));
    std::size_t inputs = 3;
    for (std::size_t i = 0; i < std::size(tinyDarknet); ++i) {
        const auto [kernel, outputs, pooled] = tinyDarknet[i];
        const bool isLast = i + 1 == std::size(tinyDarknet);
        const std::string number = std::to_string(i + 1), name = "conv2d_" + number;
        const std::string norm = "batch_normalization_" + number;
        if (fileShapeOf(file, name + "/kernel") != Shape{kernel, kernel, inputs, outputs}
            || file.find(isLast ? name + "/bias" : norm + "/gamma") == nullptr)
            return std::nullopt;
        layers.push_back(layer("Conv2D", name, {{"padding", "same"}, {"use_bias", isLast}}));
        inputs = outputs;
        if (isLast)
            continue;
        layers.push_back(layer("BatchNormalization", norm, {{"epsilon", 0.001}, {"axis", -1}}));
        layers.push_back(layer("LeakyReLU", "leaky_re_lu_" + number, {{"alpha", 0.1}}));
        if (pooled)
            layers.push_back(
                layer("MaxPooling2D", "max_pooling2d_" + number, {{"pool_size", {2, 2}}, {"padding", "same"}}));
    }
    layers.push_back(layer("GlobalAveragePooling2D", "global_average_pooling2d_1", Json::object()));
    return Json{{"class_name", "Sequential"}, {"config", {{"layers", layers}}}}.dump();
}

} // namespace tritloom::networks
