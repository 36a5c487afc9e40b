#include "core/task/feature_network.h"

#include "core/architecture/normalisations.h"
#include "core/architecture/onnx/onnx_network.h"
#include "core/graph/shape_inference.h"
#include "core/task/task.h"

#include <algorithm>
#include <set>

namespace tritloom {
namespace {

constexpr std::string_view exported = "_output_0"; // exporters call the result of node X so

bool isProduct(const Node& node)
{
    const OpKind kind = node.op.kind;
    return !node.weights.empty()
        && (kind == OpKind::Linear || kind == OpKind::MatMul || kind == OpKind::Convolution
            || kind == OpKind::TransposedConvolution);
}

/// [1, C, H, W] as it is; [1, positions, C] turned; anything else as channels of one position.
FeatureMap mapOf(const Tensor& value)
{
    const Shape& shape = value.type().shape;
    const auto numbers = value.floats();
    if (shape.size() == 4)
        return {shape[1], shape[2], shape[3], {numbers.begin(), numbers.end()}};
    if (shape.size() != 3)
        return {numbers.size(), 1, 1, {numbers.begin(), numbers.end()}};
    FeatureMap map{shape[2], shape[1], 1, std::vector<float>(numbers.size())};
    for (std::size_t at = 0; at < shape[1]; ++at)
        for (std::size_t c = 0; c < shape[2]; ++c)
            map.values[c * shape[1] + at] = numbers[at * shape[2] + c];
    return map;
}

/// Shapes of all values. Errors: those of inferShape().
Result<std::map<ValueId, Shape>> shapesOf(const Model& model, const Graph& graph)
{
    std::map<ValueId, Shape> shapes;
    for (const GraphInput& input : graph.inputs)
        shapes[input.value] = input.shape;
    for (const Node& node : graph.nodes) {
        std::vector<Shape> inputs;
        for (const ValueId value : node.inputs)
            inputs.push_back(shapes[value]);
        for (const TensorId tensor : node.weights)
            inputs.push_back(model.tensor(tensor).shape);
        for (const Tensor& literal : node.literals)
            inputs.push_back(literal.type().shape);
        shapes[node.output] = TRY(inferShape(node.op, inputs));
    }
    return shapes;
}

/// Leaves what the taps need.
void prune(Graph& graph, const std::vector<ValueId>& taps)
{
    std::set<ValueId> needed(taps.begin(), taps.end());
    std::vector<Node> kept;
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node)
        if (needed.contains(node->output)) {
            needed.insert(node->inputs.begin(), node->inputs.end());
            kept.push_back(std::move(*node));
        }
    std::ranges::reverse(kept);
    graph.nodes = std::move(kept);
    // Every tap stays to the end of the run, as the results of a pipeline's networks do.
    graph.parts.clear();
    for (const ValueId tap : taps)
        graph.parts.push_back({{}, 0, graph.stageCount - 1, {graph.inputs[0].value}, tap});
    graph.output = taps.back();
}

/// The node that a layer's name means: its own, or that of the weight it reads.
const Node* findLayer(const Model& model, const Graph& graph, std::string_view name)
{
    const std::string_view stem =
        name.ends_with(exported) ? name.substr(0, name.size() - exported.size()) : name;
    const Node* found = nullptr;
    for (const Node& node : graph.nodes) {
        const bool reads = std::ranges::any_of(node.weights, [&](TensorId id) {
            const std::string& weight = model.tensor(id).name;
            return weight == name
                || (weight.ends_with(".weight") && weight.substr(0, weight.size() - 7) == name);
        });
        if (reads || (!node.name.empty() && (node.name == name || node.name == stem)))
            found = &node; // an operator of several steps ends with the last of its name
    }
    return found;
}

std::string someLayers(const Graph& graph)
{
    std::vector<std::string> names;
    for (const Node& node : graph.nodes)
        if (!node.name.empty() && (names.empty() || names.back() != node.name))
            names.push_back(node.name);
    const std::size_t shown = std::min<std::size_t>(names.size(), 12);
    return fmt::format(
        "{}{}", fmt::join(names.begin(), names.begin() + std::ptrdiff_t(shown), ", "),
        names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "");
}

/// The linear weights of map number `layer`; null: there are none.
const NamedTensor* findLinear(const ModelFile& file, std::size_t layer)
{
    const std::string names[] = {fmt::format("lin{}.", layer), fmt::format("lins.{}.", layer)};
    for (const NamedTensor& tensor : file.tensors)
        for (const std::string& name : names) {
            const std::size_t at = tensor.name.rfind(name);
            if (at != std::string::npos && (at == 0 || tensor.name[at - 1] == '.')
                && tensor.name.ends_with("weight"))
                return &tensor;
        }
    return nullptr;
}

} // namespace

Result<FeatureChoice> parseFeatureChoice(std::string_view text)
{
    FeatureChoice choice{
        .network = std::filesystem::path(text), .layers = {}, .linear = {}, .normalisation = {}};
    const std::size_t colon = text.rfind(':');
    std::error_code ignored;
    if (colon == std::string_view::npos || std::filesystem::exists(choice.network, ignored)) {
        if (text.empty())
            return fail(
                ErrorCode::InvalidInput, "a feature network is FILE or FILE:layer,layer, not nothing");
        return choice;
    }
    choice.network = std::filesystem::path(text.substr(0, colon));
    std::string_view rest = text.substr(colon + 1);
    while (true) {
        const std::size_t comma = rest.find(',');
        const std::string_view name = rest.substr(0, comma);
        if (name.empty() || colon == 0)
            return fail(
                ErrorCode::InvalidInput, "a feature network is FILE or FILE:layer,layer, not '{}'", text);
        choice.layers.emplace_back(name);
        if (comma == std::string_view::npos)
            return choice;
        rest.remove_prefix(comma + 1);
    }
}

FeatureNetwork::FeatureNetwork(
    std::shared_ptr<const Model> model, std::unique_ptr<Executor> executor, FeatureChoice choice)
    : m_model(std::move(model))
    , m_executor(std::move(executor))
    , m_choice(std::move(choice))
{
    const PictureModel& picture = *m_model->picture;
    m_normalisation = m_choice.normalisation                     ? *m_choice.normalisation
        : picture.normalisation.isKnown || picture.channels != 3 ? picture.normalisation
                                                                 : normalisations::imageNet;
}

Result<std::unique_ptr<FeatureNetwork>>
FeatureNetwork::open(const FeatureChoice& choice, std::unique_ptr<Executor> executor)
{
    auto model = TRY(loadModel(choice.network));
    if (!model->graph && model->file->operators) // one that ends with maps is for no task, and needs none here
        if (auto stated = onnx::modelFor(PictureTask::Classification, *model->file); stated->graph)
            model = std::move(stated);
    if (!model->picture || !model->graph)
        return fail(
            ErrorCode::Unsupported, "{} is no network on pictures that could tell features: {}",
            choice.network.string(),
            model->whyNotEvaluated.empty() ? "it is for text" : model->whyNotEvaluated);
    if (model->graph->inputs.size() != 1 || !model->graph->parts.empty())
        return fail(
            ErrorCode::Unsupported,
            "{} makes pictures in steps, features come from a network that takes one picture",
            choice.network.string());
    std::unique_ptr<FeatureNetwork> network(
        new FeatureNetwork(std::move(model), std::move(executor), choice));
    const Tapped tapped = TRY(network->tap(network->m_model->graph->inputs[0].shape));
    network->m_mapLayers = tapped.mapNames;
    network->m_featureLayer = tapped.featureName;
    TRY_VOID(network->readLinear());
    return network;
}

Result<FeatureNetwork::Tapped> FeatureNetwork::tap(const Shape& picture) const
{
    Tapped tapped;
    tapped.graph =
        m_model->graph->inputs[0].shape == picture ? *m_model->graph : TRY(graphFor(*m_model, picture));
    const Graph& graph = tapped.graph;
    const auto add = [&](const Node& node, std::string name) {
        tapped.maps.push_back(node.output);
        tapped.mapNames.push_back(std::move(name));
    };
    for (const std::string& name : m_choice.layers) {
        const Node* const node = findLayer(*m_model, graph, name);
        if (node == nullptr)
            return fail(
                ErrorCode::NotFound, "{} has no layer '{}', its layers are {}", m_choice.network.string(),
                name, someLayers(graph));
        add(*node, name);
    }
    if (!tapped.maps.empty()) {
        tapped.features = tapped.maps.back();
        tapped.featureName = tapped.mapNames.back();
    } else {
        const auto shapes = TRY(shapesOf(*m_model, graph));
        const Node* last = nullptr; // of the maps of one size
        const Node* product = nullptr;
        for (const Node& node : graph.nodes) {
            const Shape& shape = shapes.at(node.output);
            const bool isMap = shape.size() == 4 && shape[2] * shape[3] > 1;
            if (last != nullptr && isMap
                && !std::equal(shape.begin() + 2, shape.end(), shapes.at(last->output).begin() + 2))
                add(*last, last->name);
            last = isMap ? &node : last;
            product = isProduct(node) ? &node : product;
        }
        if (last != nullptr)
            add(*last, last->name);
        const bool isBehind = product != nullptr && product->inputs[0] != graph.inputs[0].value;
        tapped.features = isBehind ? product->inputs[0] : graph.output;
        tapped.featureName = isBehind ? "what goes into " + product->name : "the output";
    }
    std::vector<ValueId> taps = tapped.maps;
    taps.push_back(tapped.features);
    prune(tapped.graph, taps);
    return tapped;
}

Result<const FeatureNetwork::Tapped*> FeatureNetwork::tappedFor(const Shape& picture)
{
    const auto known = m_tapped.find(picture);
    if (known != m_tapped.end())
        return &known->second;
    return &(m_tapped[picture] = TRY(tap(picture)));
}

Result<void> FeatureNetwork::readLinear()
{
    std::shared_ptr<const ModelFile> file = m_model->file;
    if (!m_choice.linear.empty())
        file = std::make_shared<const ModelFile>(TRY(openModel(m_choice.linear)));
    for (std::size_t layer = 0; const NamedTensor* const tensor = findLinear(*file, layer); ++layer) {
        const std::vector<float> values = TRY(materialise(*tensor)).toFloats();
        m_linear.emplace_back(values.begin(), values.end());
    }
    if (m_linear.empty() && !m_choice.linear.empty())
        return fail(
            ErrorCode::NotFound,
            "{} has no linear weights: they are called lin0.….weight, lin1.….weight and so on",
            m_choice.linear.string());
    if (!m_linear.empty() && m_linear.size() != m_mapLayers.size())
        return fail(
            ErrorCode::InvalidInput,
            "{} has linear weights of {} layers, but the layers for LPIPS are {}: name as many behind a "
            "colon",
            file->path.string(), m_linear.size(), fmt::join(m_mapLayers, ", "));
    return {};
}

Result<FeatureNetwork::Seen> FeatureNetwork::see(const Picture& given, std::stop_token stop)
{
    const PictureModel& model = *m_model->picture;
    Picture picture = withChannels(given, model.channels);
    const auto side = [&](std::size_t fixed, std::size_t own) {
        return fixed != 0 ? fixed : std::max(own / model.multiple, std::size_t{1}) * model.multiple;
    };
    const std::size_t height = side(model.height, picture.height), width = side(model.width, picture.width);
    if (height != picture.height || width != picture.width)
        picture = resized(picture, height, width);
    const Tensor input = networkInput(picture, m_normalisation);
    const Tapped& tapped = *TRY(tappedFor(input.type().shape));
    ValueMap values{{tapped.graph.inputs[0].value, input}};
    const auto weightsOf = [&](TensorId id) -> Result<Executor::Weights> {
        if (const auto known = m_weights.find(id); known != m_weights.end())
            return known->second;
        CompressedLayer layer = TRY(storedLayer(m_model->tensor(id)));
        if (!layer.isReplacement() && layer.tensor().type().format->id() != "f32")
            layer = Tensor::adoptFloats(layer.tensor().type().shape, layer.tensor().toFloats());
        return m_weights[id] = {std::move(layer), keyOf("features", m_model->key, id)};
    };
    TRY_VOID(m_executor->run(
        tapped.graph, 0, tapped.graph.stageCount - 1, values, weightsOf, nullptr, std::move(stop)));
    Seen seen;
    for (const ValueId value : tapped.maps)
        seen.maps.push_back(mapOf(values.at(value)));
    seen.features = pooled(mapOf(values.at(tapped.features)));
    return seen;
}

} // namespace tritloom
