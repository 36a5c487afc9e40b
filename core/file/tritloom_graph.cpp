#include "core/file/tritloom_file.h"

#include "core/base/utf8.h"

#include <array>

namespace tritloom::tritloomFile {
namespace {

/// The ops a replacement may hold; their names in the file never change.
constexpr std::array<OpKind, 9> ops{OpKind::Linear,           OpKind::Add,          OpKind::Multiply,
                                    OpKind::Gather,           OpKind::Hadamard,     OpKind::QuantizeRows,
                                    OpKind::SignFactorLinear, OpKind::SparseLinear, OpKind::Concat};

template <typename T>
void add(Json& list, const std::string& key, const char* type, const T& value)
{
    list.push_back({{"key", key}, {"type", type}, {"value", value}});
}

template <typename T>
bool take(const Json& value, MetadataValue& into)
{
    try {
        into = value.get<T>();
        return true;
    } catch (const Json::exception&) {
        return false;
    }
}

struct TypeRow {
    const char* name;
    bool (*take)(const Json&, MetadataValue&);
};

// In the order of MetadataValue's alternatives.
constexpr TypeRow types[] = {
    {"u8", take<std::uint8_t>},
    {"i8", take<std::int8_t>},
    {"u16", take<std::uint16_t>},
    {"i16", take<std::int16_t>},
    {"u32", take<std::uint32_t>},
    {"i32", take<std::int32_t>},
    {"f32", take<float>},
    {"bool", take<bool>},
    {"text", take<std::string>},
    {"u64", take<std::uint64_t>},
    {"i64", take<std::int64_t>},
    {"f64", take<double>},
    {"u8s", take<std::vector<std::uint8_t>>},
    {"i8s", take<std::vector<std::int8_t>>},
    {"u16s", take<std::vector<std::uint16_t>>},
    {"i16s", take<std::vector<std::int16_t>>},
    {"u32s", take<std::vector<std::uint32_t>>},
    {"i32s", take<std::vector<std::int32_t>>},
    {"f32s", take<std::vector<float>>},
    {"bools", take<std::vector<bool>>},
    {"texts", take<std::vector<std::string>>},
    {"u64s", take<std::vector<std::uint64_t>>},
    {"i64s", take<std::vector<std::int64_t>>},
    {"f64s", take<std::vector<double>>},
};
static_assert(std::size(types) == std::variant_size_v<MetadataValue>);

std::optional<std::vector<std::uint32_t>> indices(const Json* list, std::size_t limit)
{
    if (list == nullptr || !list->is_array())
        return std::nullopt;
    std::vector<std::uint32_t> result;
    for (const Json& number : *list) {
        if (!number.is_number_unsigned() || number.get<std::uint64_t>() >= limit)
            return std::nullopt;
        result.push_back(number.get<std::uint32_t>());
    }
    return result;
}

} // namespace

Json metadataJson(const Metadata& metadata)
{
    Json list = Json::array();
    for (const auto& [key, value] : metadata.entries())
        std::visit(
            [&list, &key = key, type = types[value.index()].name](const auto& held) {
                add(list, key, type, held);
            },
            value);
    return list;
}

Result<Metadata> metadataOf(const Json& list, std::string_view file)
{
    if (!list.is_array())
        return fail(ErrorCode::InvalidInput, "{}: its metadata are no list", file);
    Metadata metadata;
    for (const Json& entry : list) {
        const auto key = jsonText(entry, "key"), type = jsonText(entry, "type");
        const Json* const value = jsonMember(entry, "value");
        const auto* const row =
            std::find_if(std::begin(types), std::end(types), [&](const TypeRow& candidate) {
                return type && *type == candidate.name;
            });
        MetadataValue held;
        if (!key || value == nullptr || row == std::end(types) || !row->take(*value, held))
            return fail(
                ErrorCode::InvalidInput, "{}: the metadata entry '{}' cannot be read", file,
                printable(key.value_or("?")));
        if (metadata.find(*key) != nullptr)
            return fail(ErrorCode::InvalidInput, "{}: the metadata have '{}' twice", file, printable(*key));
        metadata.append(*key, std::move(held));
    }
    return metadata;
}

Json graphJson(const Graph& graph)
{
    Json nodes = Json::array();
    for (const Node& node : graph.nodes) {
        Json inputs = Json::array(), weights = Json::array(), attributes = Json::object();
        for (const ValueId value : node.inputs)
            inputs.push_back(std::uint32_t(value));
        for (const TensorId tensor : node.weights)
            weights.push_back(std::uint32_t(tensor));
        for (const auto& [name, value] : node.op.attributes)
            attributes[name] = value;
        nodes.push_back(
            {{"op", std::string(nameOf(node.op.kind))},
             {"attributes", attributes},
             {"inputs", inputs},
             {"weights", weights},
             {"output", std::uint32_t(node.output)}});
    }
    return {{"nodes", nodes}, {"output", std::uint32_t(graph.output)}};
}

Result<Graph> graphOf(const Json& object, std::size_t parts, std::string_view file)
{
    constexpr std::size_t mostNodes = 10'000;
    const Json* const nodes = jsonMember(object, "nodes");
    const auto output = jsonInteger(object, "output");
    if (nodes == nullptr || !nodes->is_array() || nodes->empty() || nodes->size() > mostNodes || !output)
        return fail(ErrorCode::InvalidInput, "{}: a replacement has no nodes", file);
    Graph graph;
    graph.input = ValueId{0};
    graph.stageCount = 1;
    graph.valueCount = 1;
    for (const Json& entry : *nodes) {
        const auto name = jsonText(entry, "op");
        const auto kind =
            std::ranges::find_if(ops, [&](OpKind candidate) { return name && nameOf(candidate) == *name; });
        if (kind == ops.end())
            return fail(
                ErrorCode::InvalidInput, "{}: a replacement holds the op '{}'", file, printable(name.value_or("?")));
        const auto inputs = indices(jsonMember(entry, "inputs"), graph.valueCount);
        const auto weights = indices(jsonMember(entry, "weights"), parts);
        const auto made = jsonInteger(entry, "output");
        const Json* const attributes = jsonMember(entry, "attributes");
        // Values are numbered as they are made, so that nothing can be read before it is there.
        if (!inputs || !weights || !made || *made != std::int64_t(graph.valueCount))
            return fail(ErrorCode::InvalidInput, "{}: the inputs of '{}' cannot be", file, *name);
        Node node{
            .op = {*kind, {}}, .inputs = {}, .weights = {}, .output = ValueId(*made), .stage = 0, .name = {}};
        if (attributes != nullptr && attributes->is_object())
            for (const auto& [key, value] : attributes->items()) {
                if (!value.is_number())
                    return fail(ErrorCode::InvalidInput, "{}: the attribute '{}' is no number", file, printable(key));
                node.op.attributes[key] = value.get<double>();
            }
        for (const std::uint32_t value : *inputs)
            node.inputs.push_back(ValueId{value});
        for (const std::uint32_t tensor : *weights)
            node.weights.push_back(TensorId{tensor});
        graph.nodes.push_back(std::move(node));
        ++graph.valueCount;
    }
    if (*output <= 0 || *output >= std::int64_t(graph.valueCount))
        return fail(
            ErrorCode::InvalidInput, "{}: a replacement gives value {} of {}", file, *output,
            graph.valueCount);
    graph.output = ValueId(*output);
    return graph;
}

} // namespace tritloom::tritloomFile
