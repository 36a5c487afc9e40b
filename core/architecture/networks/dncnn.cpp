#include "core/architecture/networks/networks.h"

#include "core/architecture/network_builder.h"

#include <regex>

namespace tritloom::networks {
namespace {

const char* const noiseKey = "dncnn.noise"; // of 255; what the file was called says it

} // namespace

// Zhang et al. 2017, batch norms merged: a chain of convolutions whose output is the noise.
bool isDncnn(const ModelFile& file)
{
    for (const NamedTensor& tensor : file.tensors)
        if (!tensor.name.starts_with("model.") || (tensor.name.ends_with("weight") && fileShapeOf(file, tensor.name).size() != 4))
            return false;
    const Shape first = fileShapeOf(file, "model.0.weight");
    return first.size() == 4 && (first[1] == 1 || first[1] == 3) && first[2] == 3 && file.tensors.size() > 4
        && fileShapeOf(file, "model.2.weight").size() == 4;
}

void prepareDncnn(ModelFile& file)
{
    prepareConvolutions(file);
    // Files are named by the noise they were trained for: dncnn_25.
    std::smatch found;
    const std::string name = file.path.stem().string();
    if (std::regex_search(name, found, std::regex("[a-z]_?([0-9]{1,2})$")))
        file.metadata.set(noiseKey, std::stod(found[1].str()));
}

Result<PictureModel> describeDncnn(const ModelFile& file)
{
    PictureModel model{.task = PictureTask::Restoration, .channels = fileShapeOf(file, "model.0.weight")[1]};
    model.normalisation.isKnown = true; // 0..1
    const double noise = file.metadata.number(noiseKey).value_or(0);
    model.noise = noise > 0 && noise < 100 ? noise : 0;
    return model;
}

Result<Graph> buildDncnn(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    const Flow noisy = n.input("picture", picture);
    Flow x = noisy;
    for (int i = 0; n.has(fmt::format("model.{}.weight", i)); i += 2) {
        x = TRY(n.convolution(fmt::format("model.{}", i), x, {}));
        if (n.has(fmt::format("model.{}.weight", i + 2)))
            x = TRY(n.unary(UnaryFunction::Relu, x));
    }
    return std::move(n).finish(TRY(n.binary(BinaryFunction::Subtract, noisy, x)));
}

} // namespace tritloom::networks
