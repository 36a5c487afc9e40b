#include "core/architecture/networks/keras.h"

#include "core/architecture/networks/networks.h"
#include "core/architecture/networks/tensorflow_kernels.h"

#include <algorithm>

namespace tritloom::networks {
namespace {

/// A topology of Keras layers: which there are, and what reads what.
struct Topology {
    struct Entry {
        std::string name, type;
        const Json* config = nullptr;
        std::vector<std::string> inputs;
    };
    Json json;
    std::vector<Entry> layers;
    std::string output; ///< the layer whose value is the network's
};

std::string nameOf(const ModelFile& file)
{
    return file.path.filename().string();
}

/// Names of the layers that a layer reads: [[[name, node, value, {}], ...]].
Result<std::vector<std::string>> inputsOf(const Json& layer, const std::string& where)
{
    std::vector<std::string> names;
    const Json* const nodes = jsonMember(layer, "inbound_nodes");
    if (nodes == nullptr || nodes->empty())
        return names;
    if (!nodes->is_array() || nodes->size() != 1)
        return fail(ErrorCode::Unsupported, "{} is used more than once, which cannot be run here", where);
    for (const Json& input : (*nodes)[0]) {
        const bool isList = input.is_array() && input.size() >= 3 && input[0].is_string();
        if (!isList || input[1] != 0 || input[2] != 0)
            return fail(ErrorCode::Unsupported, "{} reads its inputs in a way that is not known here", where);
        names.push_back(input[0].get<std::string>());
    }
    return names;
}

Result<Topology> topologyOf(const ModelFile& file)
{
    Topology topology;
    topology.json = TRY(parseJson(file.metadata.text("tfjs.topology").value_or("null"), nameOf(file)));
    const Json& json = topology.json;
    if (json.is_null())
        return fail(
            ErrorCode::Unsupported, "{}: weights without a topology, which model.json has: open that",
            nameOf(file));
    if (jsonMember(json, "node") != nullptr)
        return fail(
            ErrorCode::Unsupported,
            "{}: a graph of TensorFlow's operators cannot be run here, only layers of Keras", nameOf(file));
    const Json* const model = jsonMember(json, "model_config") ? jsonMember(json, "model_config") : &json;
    const std::string type = jsonText(*model, "class_name").value_or("?");
    const Json* const config = jsonMember(*model, "config");
    const bool isSequence = type == "Sequential";
    const Json* const layers = config == nullptr ? nullptr
        : config->is_array()                     ? config
                                                 : jsonMember(*config, "layers");
    if ((!isSequence && type != "Model" && type != "Functional") || layers == nullptr || !layers->is_array()
        || layers->empty())
        return fail(
            ErrorCode::Unsupported,
            "{}: its topology is a '{}', only Model, Functional and Sequential with layers are "
            "known",
            nameOf(file), type);
    for (const Json& layer : *layers) {
        Topology::Entry entry;
        entry.type = jsonText(layer, "class_name").value_or("");
        entry.config = jsonMember(layer, "config");
        if (entry.config != nullptr)
            entry.name = jsonText(*entry.config, "name").value_or("");
        if (entry.name.empty() || entry.type.empty())
            return fail(ErrorCode::InvalidInput, "{}: a layer without class or name", nameOf(file));
        entry.inputs = TRY(inputsOf(layer, fmt::format("{}: layer '{}'", nameOf(file), entry.name)));
        if (isSequence && !topology.layers.empty())
            entry.inputs = {topology.layers.back().name};
        topology.layers.push_back(std::move(entry));
    }
    topology.output = topology.layers.back().name;
    if (isSequence)
        return topology;
    const Json* const outputs = jsonMember(*config, "output_layers");
    if (outputs == nullptr || !outputs->is_array() || outputs->size() != 1 || !(*outputs)[0].is_array()
        || (*outputs)[0].empty() || !(*outputs)[0][0].is_string())
        return fail(ErrorCode::Unsupported, "{}: a network of one output is expected", nameOf(file));
    topology.output = (*outputs)[0][0].get<std::string>();
    return topology;
}

/// Height, width and channels of the picture that goes in; 0: any.
Result<std::array<std::size_t, 3>> pictureOf(const Topology& topology, const ModelFile& file)
{
    for (const Topology::Entry& layer : topology.layers) {
        const Json* const shape = jsonMember(*layer.config, "batch_input_shape")
            ? jsonMember(*layer.config, "batch_input_shape")
            : jsonMember(*layer.config, "batch_shape");
        if (shape == nullptr)
            continue;
        std::array<std::size_t, 3> sizes{};
        bool isPicture = shape->is_array() && shape->size() == 4;
        for (std::size_t i = 0; isPicture && i < 3; ++i) {
            const Json& size = (*shape)[i + 1];
            isPicture = size.is_null() || (size.is_number_unsigned() && size.get<std::uint64_t>() < 65536);
            sizes[i] = isPicture && !size.is_null() ? size.get<std::size_t>() : 0;
        }
        if (!isPicture || (sizes[2] != 1 && sizes[2] != 3))
            return fail(
                ErrorCode::Unsupported, "{}: its input {} is no picture of one or three channels",
                nameOf(file), shape->dump());
        return sizes;
    }
    return fail(ErrorCode::InvalidInput, "{}: no layer says what goes in", nameOf(file));
}

/// What a layer whose norm neither scales nor shifts lacks.
void addMissing(
    ModelFile& file, const keras::Weights& weights, const std::string& layer, std::string_view weight,
    float value)
{
    const auto mean = weights.find(layer, "moving_mean");
    if (!mean || weights.find(layer, weight))
        return;
    const Shape shape = file.tensors[std::size_t(*mean)].shape;
    NamedTensor tensor;
    tensor.name = fmt::format("{}/{}", layer, weight);
    tensor.shape = shape;
    tensor.stored =
        Tensor::adoptFloats(shape, std::vector<float>(TensorType{nullptr, shape}.elements(), value));
    tensor.role = NamedTensor::Role::Other;
    file.tensors.push_back(std::move(tensor));
}

} // namespace

keras::Weights::Weights(const ModelFile& file)
{
    for (std::size_t i = 0; i < file.tensors.size(); ++i)
        m_places.emplace(file.tensors[i].name, TensorId(i));
    // Before the layer's name stand those of models that it lies in, and scopes: a few.
    constexpr int deepest = 16;
    for (std::size_t i = 0; i < file.tensors.size(); ++i) {
        const std::string_view name = file.tensors[i].name;
        std::size_t slash = name.rfind('/');
        for (int depth = 0; depth < deepest && slash != std::string_view::npos && slash > 0; ++depth) {
            slash = name.rfind('/', slash - 1);
            if (slash != std::string_view::npos)
                m_places.emplace(name.substr(slash + 1), TensorId(i)); // whole names go before
        }
    }
}

std::optional<TensorId> keras::Weights::find(std::string_view layer, std::string_view weight) const
{
    const auto found = m_places.find(fmt::format("{}/{}", layer, weight));
    return found == m_places.end() ? std::nullopt : std::optional(found->second);
}

bool isKeras(const ModelFile& file)
{
    return file.format == "tfjs" || file.metadata.find("tfjs.topology") != nullptr
        || keras::knownTopology(file).has_value();
}

void prepareKeras(ModelFile& file)
{
    if (file.metadata.find("tfjs.topology") == nullptr)
        if (auto known = keras::knownTopology(file))
            file.metadata.set("tfjs.topology", std::move(*known));
    const auto topology = topologyOf(file);
    for (NamedTensor& tensor : file.tensors) {
        tensor.role = NamedTensor::Role::Other;
        if (!topology && tensor.name.ends_with("kernel")) // of layers that are not known: looked at, not run
            tensor.shape.size() == 4 ? turnConvolution(tensor) : turnDense(tensor);
    }
    if (!topology)
        return;
    // As the network reads them: manifests are sorted by name, "conv2d_10" before "conv2d_2".
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < topology->layers.size(); ++i)
        places.emplace(topology->layers[i].name, i);
    std::ranges::stable_sort(file.tensors, {}, [&](const NamedTensor& tensor) {
        std::string_view name = tensor.name;
        name = name.substr(0, name.rfind('/'));
        const auto place = places.find(name.substr(name.rfind('/') + 1));
        return place == places.end() ? places.size() : place->second;
    });
    // What is added moves all tensors, and short names with them: room for it first.
    file.tensors.reserve(file.tensors.size() + 2 * topology->layers.size());
    const keras::Weights weights(file);
    const auto turn = [&](const std::string& layer, std::string_view weight, void (*how)(NamedTensor&)) {
        if (const auto found = weights.find(layer, weight))
            how(file.tensors[std::size_t(*found)]);
    };
    for (std::size_t i = 0; i < topology->layers.size(); ++i) {
        const Topology::Entry& layer = topology->layers[i];
        if (places.at(layer.name) != i)
            continue; // a name that is there twice: building says so
        if (layer.type == "Conv2D")
            turn(layer.name, "kernel", turnConvolution);
        else if (layer.type == "Conv2DTranspose")
            turn(layer.name, "kernel", turnTransposedConvolution);
        else if (layer.type == "Dense")
            turn(layer.name, "kernel", turnDense);
        else if (layer.type == "BatchNormalization") {
            addMissing(file, weights, layer.name, "gamma", 1);
            addMissing(file, weights, layer.name, "beta", 0);
        }
        if (layer.type == "DepthwiseConv2D" || layer.type == "SeparableConv2D")
            turn(layer.name, "depthwise_kernel", turnDepthwise);
        if (layer.type == "SeparableConv2D")
            turn(layer.name, "pointwise_kernel", turnConvolution);
    }
}

Result<PictureModel> describeKeras(const ModelFile& file)
{
    const Topology topology = TRY(topologyOf(file));
    const auto [height, width, channels] = TRY(pictureOf(topology, file));
    PictureModel model{.channels = channels, .height = height, .width = width};
    const Shape picture = nominalPicture(model);
    const Graph graph = TRY(buildKeras(file, picture));
    if (graph.nodes.empty() || graph.output == graph.inputs.front().value)
        return fail(
            ErrorCode::Unsupported, "{}: what goes in comes out: there is nothing to run", nameOf(file));
    const Shape& output = graph.outputShape;
    if (output.size() == 2 && output[1] > 1) {
        model.classes = output[1];
        return model;
    }
    const auto scale = enlargement(picture, output);
    if (!scale)
        return fail(
            ErrorCode::Unsupported, "{}: what comes out, [{}], are no scores of classes and no picture",
            nameOf(file), fmt::join(output, ", "));
    model.scale = *scale;
    model.task = model.scale > 1 ? PictureTask::SuperResolution : PictureTask::Restoration;
    return model;
}

Result<Graph> buildKeras(const ModelFile& file, const Shape& picture)
{
    const Topology topology = TRY(topologyOf(file));
    const auto [height, width, channels] = TRY(pictureOf(topology, file));
    if (picture[1] != channels || (height != 0 && picture[2] != height)
        || (width != 0 && picture[3] != width))
        return fail(
            ErrorCode::InvalidInput, "{}: it takes {} x {} pixels in {} channels, not {} x {} in {}",
            nameOf(file), width, height, channels, picture[3], picture[2], picture[1]);
    NetworkBuilder network(file);
    const keras::Weights weights(file);
    const Flow input = network.input("picture", picture);
    std::map<std::string, Flow, std::less<>> values;
    for (const Topology::Entry& entry : topology.layers) {
        keras::Layer layer{network, weights, entry.name, entry.type, *entry.config, {}};
        if (values.contains(entry.name))
            return layer.fail(ErrorCode::InvalidInput, "another layer has this name");
        if (jsonText(*entry.config, "data_format").value_or("channels_last") != "channels_last")
            return layer.fail(ErrorCode::Unsupported, "channels that do not come last");
        for (const std::string& name : entry.inputs) {
            const auto found = values.find(name);
            if (found == values.end())
                return layer.fail(
                    ErrorCode::InvalidInput, "it reads '{}', which no layer before it makes", name);
            layer.inputs.push_back(found->second);
        }
        if (entry.inputs.empty()) { // where the picture goes in
            if (!values.empty())
                return layer.fail(ErrorCode::Unsupported, "a second input");
            values[entry.type == "InputLayer" ? entry.name : ""] = input;
            layer.inputs = {input};
        }
        if (entry.type == "InputLayer")
            continue;
        const keras::LayerRow* const row = keras::findLayer(entry.type);
        if (row == nullptr)
            return layer.fail(ErrorCode::Unsupported, "layers of this class cannot be run here");
        values[entry.name] = TRY(row->build(layer));
    }
    const auto output = values.find(topology.output);
    if (output == values.end())
        return fail(
            ErrorCode::InvalidInput, "{}: there is no layer '{}', its output", nameOf(file), topology.output);
    return std::move(network).finish(output->second);
}

} // namespace tritloom::networks
