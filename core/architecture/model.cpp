#include "core/architecture/model.h"

#include "core/architecture/diffusers/networks.h"
#include "core/architecture/prepared_file.h"
#include "core/architecture/textgenrnn.h"
#include "core/architecture/transformer.h"
#include "core/base/sampled_key.h"
#include "core/base/utf8.h"
#include "core/file/base_files.h"
#include "core/file/file_halves.h"
#include "core/file/operator_graph.h"
#include "core/graph/cached_layer.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace tritloom {
namespace {

/// "blk.12.ffn_down.weight" -> block 12, role "ffn_down"; other names keep themselves without ".weight".
void nameParts(Layer& layer)
{
    std::string_view name = layer.name;
    if (name.ends_with(".weight"))
        name.remove_suffix(7);
    layer.role = name;
    if (!name.starts_with("blk."))
        return;
    std::size_t block = 0;
    const auto end = std::from_chars(name.data() + 4, name.data() + name.size(), block);
    if (end.ec != std::errc{} || end.ptr == name.data() + name.size() || *end.ptr != '.')
        return;
    layer.block = block;
    layer.role = std::string(end.ptr + 1, name.data() + name.size());
}

/// Whether outputs by time step are all there is in place of a layer: there are no weights any more.
bool isTable(const NamedTensor& tensor)
{
    return tensor.replacement && tensor.replacement->graph.nodes.size() == 1
        && isTimeTable(tensor.replacement->graph.nodes[0]);
}

bool isCompressible(const NamedTensor& tensor)
{
    if (isTable(tensor))
        return false;
    const bool isEmpty = !tensor.replacement && tensor.stored.isEmpty(); // a first part may be of no bytes
    if (tensor.role != NamedTensor::Role::ByName)
        return tensor.role == NamedTensor::Role::Layer && !isEmpty;
    if (tensor.shape.size() < 2 || isEmpty || !tensor.name.ends_with("weight"))
        return false;
    for (const char* word : {"norm", "position_embd", "ffn_gate_inp", "rope_freqs"})
        if (tensor.name.find(word) != std::string::npos)
            return false;
    if (tensor.replacement) // whose first part may be a list of columns
        return true;
    const std::string format = storedFormat(tensor)->id();
    return tensor.layout == Layout::TernaryRows
        || (format != "i8" && format != "i16" && format != "i32" && format != "i64");
}

/// Runtimes fuse q/k/v and gate/up into one product, which needs one scheme for all its parts.
void markFusedSets(std::vector<Layer>& layers)
{
    static const std::map<std::string, int, std::less<>> setOfRole{
        {"attn_q", 0}, {"attn_k", 0}, {"attn_v", 0}, {"ffn_gate", 1}, {"ffn_up", 1}};
    for (Layer& layer : layers)
        if (const auto set = setOfRole.find(layer.role); set != setOfRole.end() && layer.block)
            layer.fusedSet = int(*layer.block) * 2 + set->second;
}

/// Files hold weights in any order: layers in the order in which the network reads them, those that it does
/// not read last.
void orderByUse(std::vector<Layer>& layers, const Graph& graph)
{
    std::map<TensorId, std::size_t> firstRead;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        for (const TensorId weight : graph.nodes[i].weights)
            firstRead.try_emplace(weight, i);
    const auto place = [&firstRead](const Layer& layer) {
        const auto found = firstRead.find(layer.tensor);
        return found == firstRead.end() ? SIZE_MAX : found->second;
    };
    std::ranges::stable_sort(layers, {}, place);
}

/// See Layer::channels.
void countChannels(std::vector<Layer>& layers, const Graph& graph)
{
    std::map<TensorId, const Node*> readers;
    for (const Node& node : graph.nodes)
        if (!node.weights.empty()
            && (node.op.kind == OpKind::Linear || node.op.kind == OpKind::Convolution
                || node.op.kind == OpKind::TransposedConvolution))
            readers.try_emplace(node.weights[0], &node);
    for (Layer& layer : layers) {
        const auto found = readers.find(layer.tensor);
        if (found == readers.end())
            continue;
        layer.channels = layer.columns;
        const Op& op = found->second->op;
        if (op.kind != OpKind::Convolution)
            continue;
        for (const std::int64_t size : op.list("kernel")) // the columns are the windows of a group's channels
            layer.channels /= std::size_t(size);
        layer.channels *= op.count("groups", 1);
    }
}

void buildTextModel(Model& model)
{
    const std::string architecture = model.file->architecture();
    const auto list = architectures();
    const auto row = std::find_if(list.begin(), list.end(), [&](const Architecture& candidate) {
        return candidate.id == architecture;
    });
    if (row == list.end()) {
        const std::string half = missingHalf(model.file->path);
        model.whyNotEvaluated = architecture.empty() && !half.empty()
            ? fmt::format("it seems to be half of an autoencoder: {} is not beside it", printable(half))
            : architecture.empty()
            ? std::string("the file does not say which architecture it is")
            : fmt::format("the architecture '{}' is not known here", printable(architecture));
    } else if (auto graph = row->build(*model.file)) {
        model.graph = std::move(*graph);
        countChannels(model.layers, *model.graph);
        if (const auto config =
                transformerConfig(*model.file)) { // recurrent networks keep no keys and values
            model.contextLength = config->context;
            model.kvBytesPerToken = 2 * config->blocks * config->kvHeads * config->headSize * 2;
        }
    } else {
        model.whyNotEvaluated = graph.error().message;
    }
    if (auto tokenizer = makeTokenizer(model.file->metadata))
        model.tokenizer = std::move(*tokenizer);
    else
        model.whyNoTokenizer = tokenizer.error().message;
}

/// notices: of the model's file.
void buildPictureModel(Model& model, std::vector<std::string>& notices)
{
    const PictureArchitecture& row = *findPictureArchitecture(model.file->architecture());
    model.whyNoTokenizer = "it works on pictures, not on text";
    if (row.recognise != nullptr && !row.recognise(*model.file)) {
        model.whyNotEvaluated =
            fmt::format("the file says it is {}, its tensors are not those of one", row.title);
        return;
    }
    auto picture = row.describe(*model.file);
    if (!picture) {
        model.whyNotEvaluated = picture.error().message;
        return;
    }
    if (picture->promptTokens > 0) {
        if (auto tokenizer = makeTokenizer(model.file->metadata))
            model.tokenizer = std::move(*tokenizer);
        else
            model.whyNoTokenizer = tokenizer.error().message;
    }
    if (auto graph = row.build(*model.file, nominalPicture(*picture))) {
        model.graph = std::move(*graph);
        model.picture = std::move(*picture);
        orderByUse(model.layers, *model.graph);
        countChannels(model.layers, *model.graph);
        if (diffusers::isPipeline(*model.file))
            if (std::string sentence = diffusers::unreadTensors(*model.file, *model.graph); !sentence.empty())
                notices.push_back(std::move(sentence));
    } else {
        model.whyNotEvaluated = graph.error().message;
    }
}

} // namespace

Result<Graph> graphFor(const Model& model, const Shape& picture)
{
    const PictureArchitecture* const row = findPictureArchitecture(model.file->architecture());
    if (row == nullptr || !model.picture)
        return fail(ErrorCode::Unsupported, "the model does not work on pictures: {}", model.whyNotEvaluated);
    return row->build(*model.file, picture);
}

std::optional<LayerId> Model::layerOf(TensorId id) const
{
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (layers[i].tensor == id)
            return LayerId(i);
    return std::nullopt;
}

std::size_t Model::parameters() const
{
    std::size_t count = 0;
    for (const NamedTensor& tensor : file->tensors)
        count += TensorType{nullptr, tensor.shape}.elements();
    return count;
}

std::size_t Model::bytes() const
{
    std::size_t count = 0;
    for (const NamedTensor& tensor : file->tensors)
        count += storedBytes(tensor);
    return count;
}

namespace {

Key keyOf(const MetadataValue& value)
{
    return std::visit(
        [&value](const auto& held) {
            using Held = std::decay_t<decltype(held)>;
            const std::uint64_t kind = value.index();
            if constexpr (std::is_same_v<Held, bool>) {
                return tritloom::keyOf(kind, held ? 1 : 0);
            } else if constexpr (std::is_arithmetic_v<Held> || std::is_same_v<Held, std::string>) {
                return tritloom::keyOf(kind, held);
            } else if constexpr (
                std::is_same_v<Held, std::vector<bool>> || std::is_same_v<Held, std::vector<std::string>>) {
                std::string joined;
                for (const auto& item : held) {
                    if constexpr (std::is_same_v<Held, std::vector<bool>>)
                        joined += item ? '1' : '0';
                    else
                        joined += std::to_string(item.size()) + ':' + item;
                }
                return tritloom::keyOf(kind, joined);
            } else {
                return tritloom::keyOf(kind, std::as_bytes(std::span(held)));
            }
        },
        value);
}

Key keyOf(const OperatorAttribute& attribute)
{
    return std::visit(
        [&attribute](const auto& held) {
            using Held = std::decay_t<decltype(held)>;
            const std::uint64_t kind = attribute.index();
            if constexpr (std::is_same_v<Held, OperatorConstant>) {
                Key key = tritloom::keyOf(kind, held.elementType);
                for (const std::size_t size : held.values.type().shape)
                    key = tritloom::keyOf(key, std::uint64_t(size));
                return tritloom::keyOf(key, held.values.bytes());
            } else if constexpr (std::is_arithmetic_v<Held> || std::is_same_v<Held, std::string>) {
                return tritloom::keyOf(kind, held);
            } else {
                Key key = tritloom::keyOf(kind, std::uint64_t(held.size()));
                for (const auto& item : held)
                    key = tritloom::keyOf(key, item);
                return key;
            }
        },
        attribute);
}

/// What an operator graph computes, constants included.
Key keyOf(const OperatorGraph& graph)
{
    Key key = tritloom::keyOf("operators", graph.version);
    for (const OperatorNode& node : graph.nodes) {
        key = tritloom::keyOf(key, node.domain, node.type);
        for (const auto& names : {node.inputs, node.outputs}) {
            key = tritloom::keyOf(key, std::uint64_t(names.size()));
            for (const std::string& name : names)
                key = tritloom::keyOf(key, name);
        }
        for (const auto& [name, value] : node.attributes)
            key = tritloom::keyOf(key, name, keyOf(value));
    }
    for (const auto& [name, constant] : graph.constants)
        key = tritloom::keyOf(key, name, keyOf(OperatorAttribute(constant)));
    return key;
}

/// What is done with the parts of a replacement: to how many bits inputs are rounded, what is added.
Key keyOf(const Graph& graph)
{
    Key key = tritloom::keyOf("replacement", graph.output);
    for (const Node& node : graph.nodes) {
        key = tritloom::keyOf(key, nameOf(node.op.kind), node.output);
        for (const auto& [name, value] : node.op.attributes)
            key = tritloom::keyOf(key, name, value == 0 ? 0.0 : value);
        for (const ValueId input : node.inputs)
            key = tritloom::keyOf(key, input);
        for (const TensorId part : node.weights)
            key = tritloom::keyOf(key, "part", part);
    }
    return key;
}

} // namespace

Key contentKey(const ModelFile& file)
{
    Key key = keyOf("model", file.architecture(), file.rotateHalf ? 1 : 0);
    for (const auto& [name, value] : file.metadata.entries())
        if (!name.starts_with("general.") && !name.starts_with("tritloom.original.")
            && !name.ends_with(".file")) // what it is called, what it was made from, where it lies
            key = keyOf(key, name, keyOf(value));
    if (file.operators)
        key = keyOf(key, keyOf(*file.operators));
    for (const NamedTensor& tensor : file.tensors) {
        key = keyOf(key, tensor.name);
        for (const std::size_t size : tensor.shape)
            key = keyOf(key, std::uint64_t(size));
        if (file.format == "tritloom") { // elsewhere they follow from the rest
            for (const std::size_t size : tensor.fileShape)
                key = keyOf(key, std::uint64_t(size));
            key = keyOf(key, int(tensor.role), int(tensor.layout));
        }
        const auto add = [&key](const Tensor& part) {
            const auto bytes = part.bytes();
            key = keyOf(key, part.type().format->id(), std::uint64_t(bytes.size()));
            key = withSamples(key, bytes);
        };
        if (tensor.replacement) {
            key = keyOf(key, keyOf(tensor.replacement->graph));
            for (const LayerReplacement::Part& part : tensor.replacement->parts)
                add(part.tensor);
        } else {
            add(tensor.stored);
        }
        if (tensor.packed) {
            if (!tensor.packed->scales.isEmpty())
                add(tensor.packed->scales);
            if (!tensor.packed->zeros.isEmpty())
                add(tensor.packed->zeros);
        }
    }
    return key;
}

std::shared_ptr<const Model> makeModel(ModelFile file)
{
    if (file.architecture().empty() && textgenrnn::isNetwork(file))
        textgenrnn::prepare(file);
    identifyNetwork(file);
    auto model = std::make_shared<Model>();
    const auto kept = std::make_shared<ModelFile>(std::move(file));
    model->file = kept;
    for (std::size_t i = 0; i < model->file->tensors.size(); ++i) {
        const NamedTensor& tensor = model->file->tensors[i];
        if (!isCompressible(tensor))
            continue;
        const TensorType type{storedFormat(tensor), tensor.shape};
        Layer layer{
            .tensor = TensorId(i),
            .name = tensor.name,
            .role = {},
            .block = {},
            .rows = type.rows(),
            .columns = type.columns(),
            .storedFormat = type.format->id(),
            .storedBytes = storedBytes(tensor)};
        nameParts(layer);
        model->layers.push_back(std::move(layer));
    }
    markFusedSets(model->layers);

    if (findPictureArchitecture(model->file->architecture()) != nullptr)
        buildPictureModel(*model, kept->notices);
    else
        buildTextModel(*model);
    // Whatever a name in the file holds, a sentence is one line of text.
    for (std::string* const why : {&model->whyNotEvaluated, &model->whyNoTokenizer})
        *why = printable(*why, SIZE_MAX);
    model->key = contentKey(*model->file);
    return model;
}

Result<std::shared_ptr<const Model>> loadModel(const std::filesystem::path& path)
{
    BaseFiles beside({}, preparedFile);
    return makeModel(TRY(openModel(path, beside)));
}

} // namespace tritloom
