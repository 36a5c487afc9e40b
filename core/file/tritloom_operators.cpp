#include "core/file/tritloom_operators.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tritloom::tritloomFile {
namespace {

constexpr std::size_t mostNodes = 100'000, mostConstants = 100'000, mostNames = 10'000,
                      mostAttributes = 1'000, mostDimensions = 16, mostNumbers = 1'000'000;
constexpr std::array<std::int64_t, 4> realTypes{1, 10, 11, 16};
constexpr std::array<std::int64_t, 15> constantTypes{1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16, 21, 22};

// Kinds of attributes, in the order of OperatorAttribute's alternatives; their names in the file never
// change.
constexpr std::array<std::string_view, 7> kinds{"int", "float", "text", "ints", "floats", "texts", "tensor"};
static_assert(std::variant_size_v<OperatorAttribute> == kinds.size());

/// JSON has no words for what is no number.
Json numberJson(double value)
{
    if (std::isfinite(value))
        return value;
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

std::optional<double> numberOf(const Json& value)
{
    if (value.is_number())
        return value.get<double>();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (value == "nan")
        return std::numeric_limits<double>::quiet_NaN();
    return value == "inf" ? std::optional(infinity)
        : value == "-inf" ? std::optional(-infinity)
                          : std::nullopt;
}

std::optional<std::int64_t> integerOf(const Json& value)
{
    if (!value.is_number_integer()
        || (value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>())))
        return std::nullopt;
    return value.get<std::int64_t>();
}

std::optional<std::string> textOf(const Json& value)
{
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

/// Every entry of a list by the same reader; nothing where one cannot be read, or there are too many.
template <typename T>
std::optional<std::vector<T>>
listOf(const Json* list, std::optional<T> (*read)(const Json&), std::size_t most)
{
    if (list == nullptr || !list->is_array() || list->size() > most)
        return std::nullopt;
    std::vector<T> result;
    for (const Json& entry : *list) {
        auto value = read(entry);
        if (!value)
            return std::nullopt;
        result.push_back(std::move(*value));
    }
    return result;
}

Result<Json> constantJson(const std::string& name, const OperatorConstant& constant, const PutTensor& put)
{
    Json object = TRY(put(name, constant.values));
    object["type"] = constant.elementType;
    return object;
}

tl::unexpected<Error> tooMany(std::string_view what, std::size_t count, std::size_t most)
{
    return fail(ErrorCode::Unsupported, "{} {} of an operator graph, {} can be kept", count, what, most);
}

Result<Json> attributeJson(const std::string& name, const OperatorAttribute& attribute, const PutTensor& put)
{
    Json value = TRY(std::visit(
        [&](const auto& held) -> Result<Json> {
            using Held = std::decay_t<decltype(held)>;
            if constexpr (std::is_same_v<Held, OperatorConstant>) {
                return constantJson(name, held, put);
            } else if constexpr (std::is_same_v<Held, double>) {
                return numberJson(held);
            } else if constexpr (std::is_same_v<Held, std::vector<double>>) {
                Json list = Json::array();
                for (const double number : held)
                    list.push_back(numberJson(number));
                return list;
            } else {
                return Json(held);
            }
        },
        attribute));
    if (value.is_array() && value.size() > mostNumbers)
        return tooMany("numbers in an attribute", value.size(), mostNumbers);
    Json object = Json::object();
    object[std::string(kinds[attribute.index()])] = std::move(value);
    return object;
}

Json valueJson(const OperatorValue& value)
{
    Json object{{"name", value.name}, {"type", value.elementType}};
    if (!value.hasShape)
        return object;
    Json shape = Json::array();
    for (std::size_t i = 0; i < value.shape.size(); ++i) {
        if (value.shape[i])
            shape.push_back(*value.shape[i]);
        else
            shape.push_back(i < value.dimensionNames.size() ? value.dimensionNames[i] : std::string());
    }
    object["shape"] = std::move(shape);
    return object;
}

class Reader {
public:
    Reader(const TakeTensor& take, std::string_view file)
        : m_take(take)
        , m_file(file)
    {
    }

    Result<OperatorGraph> read(const Json& object) const
    {
        OperatorGraph graph;
        const auto version = jsonInteger(object, "opset"), ir = jsonInteger(object, "ir");
        const auto producer = jsonText(object, "producer");
        if (!version || !ir || !producer || !std::in_range<std::int16_t>(*version)
            || !std::in_range<std::int16_t>(*ir))
            return no("they do not say their versions");
        graph.version = int(*version);
        graph.irVersion = int(*ir);
        graph.producer = *producer;
        for (const Json* entry : TRY(entries(object, "inputs", mostNames)))
            graph.inputs.push_back(TRY(value(*entry)));
        for (const Json* entry : TRY(entries(object, "outputs", mostNames)))
            graph.outputs.push_back(TRY(value(*entry)));
        for (const Json* entry : TRY(entries(object, "constants", mostConstants))) {
            const auto name = jsonText(*entry, "name");
            if (!name || graph.constants.contains(*name))
                return no("the constant '{}' has no name of its own", printable(name.value_or("?")));
            graph.constants.emplace(*name, TRY(constant(*entry, *name)));
        }
        if (const Json* const types = jsonMember(object, "types"); types != nullptr)
            graph.elementTypes = TRY(elementTypes(*types));
        for (const Json* entry : TRY(entries(object, "nodes", mostNodes)))
            graph.nodes.push_back(TRY(node(*entry)));
        return graph;
    }

private:
    template <typename... Args>
    tl::unexpected<Error> no(fmt::format_string<Args...> text, Args&&... args) const
    {
        return fail(
            ErrorCode::InvalidInput, "{}: its operators: {}", m_file,
            fmt::format(text, std::forward<Args>(args)...));
    }

    Result<std::vector<const Json*>> entries(const Json& object, const char* key, std::size_t most) const
    {
        const Json* const list = jsonMember(object, key);
        if (list == nullptr || !list->is_array() || list->size() > most)
            return no("'{}' is no list of up to {}", key, most);
        std::vector<const Json*> result;
        for (const Json& entry : *list)
            result.push_back(&entry);
        return result;
    }

    Result<OperatorValue> value(const Json& object) const
    {
        OperatorValue value;
        const auto name = jsonText(object, "name");
        const auto type = jsonInteger(object, "type");
        if (!name || !type || !std::in_range<std::int16_t>(*type))
            return no("the value '{}' has no name or type", printable(name.value_or("?")));
        value.name = *name;
        value.elementType = int(*type);
        const Json* const shape = jsonMember(object, "shape");
        value.hasShape = shape != nullptr;
        if (shape == nullptr)
            return value;
        if (!shape->is_array() || shape->size() > mostDimensions)
            return no("the shape of '{}' is no list of up to {}", printable(*name), mostDimensions);
        for (const Json& size : *shape) {
            const auto whole = integerOf(size);
            if (!size.is_string() && (!whole || *whole <= 0))
                return no("the shape of '{}' cannot be", printable(*name));
            value.shape.push_back(whole);
            value.dimensionNames.push_back(textOf(size).value_or(""));
        }
        return value;
    }

    Result<std::map<std::string, int, std::less<>>> elementTypes(const Json& object) const
    {
        if (!object.is_object())
            return no("they do not say of what types the tensors were");
        std::map<std::string, int, std::less<>> types;
        for (const auto& [name, type] : object.items()) {
            const auto whole = integerOf(type);
            if (!whole || std::ranges::find(realTypes, *whole) == realTypes.end())
                return no("the tensor '{}' was of no known type", printable(name));
            types.emplace(name, int(*whole));
        }
        return types;
    }

    Result<OperatorConstant> constant(const Json& object, const std::string& name) const
    {
        const auto type = jsonInteger(object, "type");
        if (!type || std::ranges::find(constantTypes, *type) == constantTypes.end())
            return no("the constant '{}' is of no known type", printable(name));
        OperatorConstant constant{TRY(m_take(object)), int(*type)};
        if (constant.values.type().format->id() != "f32")
            return no(
                "the constant '{}' is stored as {}", printable(name), constant.values.type().format->id());
        return constant;
    }

    Result<OperatorAttribute> attribute(const std::string& name, const Json& object) const
    {
        if (!object.is_object() || object.size() != 1)
            return no("the attribute '{}' has no kind", printable(name));
        const std::string& kind = object.begin().key();
        const Json& value = object.begin().value();
        std::optional<OperatorAttribute> made;
        const auto take = [&made](auto&& held) {
            if (held)
                made.emplace(std::move(*held));
        };
        switch (std::ranges::find(kinds, kind) - kinds.begin()) {
        case 0:
            take(integerOf(value));
            break;
        case 1:
            take(numberOf(value));
            break;
        case 2:
            take(textOf(value));
            break;
        case 3:
            take(listOf<std::int64_t>(&value, integerOf, mostNumbers));
            break;
        case 4:
            take(listOf<double>(&value, numberOf, mostNumbers));
            break;
        case 5:
            take(listOf<std::string>(&value, textOf, mostNumbers));
            break;
        case 6:
            made.emplace(TRY(constant(value, name)));
            break;
        default:
            break;
        }
        if (!made)
            return no("the attribute '{}' is no {}", printable(name), printable(kind));
        return std::move(*made);
    }

    Result<OperatorNode> node(const Json& object) const
    {
        OperatorNode node;
        const auto type = jsonText(object, "type"), name = jsonText(object, "name"),
                   domain = jsonText(object, "domain");
        const auto inputs = listOf<std::string>(jsonMember(object, "inputs"), textOf, mostNames),
                   outputs = listOf<std::string>(jsonMember(object, "outputs"), textOf, mostNames);
        const Json* const attributes = jsonMember(object, "attributes");
        if (!type || !name || !domain || !inputs || !outputs || attributes == nullptr
            || !attributes->is_object() || attributes->size() > mostAttributes)
            return no("the node '{}' cannot be read", printable(name.value_or("?")));
        node.type = *type;
        node.name = *name;
        node.domain = *domain;
        node.inputs = *inputs;
        node.outputs = *outputs;
        for (const auto& [key, value] : attributes->items())
            node.attributes.emplace(key, TRY(attribute(key, value)));
        return node;
    }

    const TakeTensor& m_take;
    std::string_view m_file;
};

} // namespace

Result<Json> operatorsJson(const OperatorGraph& graph, const PutTensor& put)
{
    if (graph.nodes.size() > mostNodes)
        return tooMany("nodes", graph.nodes.size(), mostNodes);
    if (graph.constants.size() > mostConstants)
        return tooMany("constants", graph.constants.size(), mostConstants);
    Json inputs = Json::array(), outputs = Json::array(), constants = Json::array(), nodes = Json::array();
    for (const auto& [values, list] : {std::pair(&graph.inputs, &inputs), {&graph.outputs, &outputs}}) {
        if (values->size() > mostNames)
            return tooMany("inputs or outputs", values->size(), mostNames);
        for (const OperatorValue& value : *values) {
            if (value.shape.size() > mostDimensions)
                return tooMany("dimensions", value.shape.size(), mostDimensions);
            list->push_back(valueJson(value));
        }
    }
    for (const auto& [name, constant] : graph.constants) {
        Json object = TRY(constantJson(name, constant, put));
        object["name"] = name;
        constants.push_back(std::move(object));
    }
    Json types = Json::object();
    for (const auto& [name, type] : graph.elementTypes)
        types[name] = type;
    for (const OperatorNode& node : graph.nodes) {
        const std::size_t names = std::max(node.inputs.size(), node.outputs.size());
        if (names > mostNames)
            return tooMany("inputs or outputs", names, mostNames);
        if (node.attributes.size() > mostAttributes)
            return tooMany("attributes", node.attributes.size(), mostAttributes);
        Json attributes = Json::object();
        for (const auto& [name, attribute] : node.attributes)
            attributes[name] = TRY(attributeJson(node.name + "." + name, attribute, put));
        nodes.push_back(
            {{"domain", node.domain},
             {"type", node.type},
             {"name", node.name},
             {"inputs", node.inputs},
             {"outputs", node.outputs},
             {"attributes", std::move(attributes)}});
    }
    return Json{{"opset", graph.version},    {"ir", graph.irVersion},    {"producer", graph.producer},
                {"inputs", inputs},          {"outputs", outputs},       {"constants", constants},
                {"types", std::move(types)}, {"nodes", std::move(nodes)}};
}

Result<OperatorGraph> operatorsOf(const Json& object, const TakeTensor& take, std::string_view file)
{
    return Reader(take, file).read(object);
}

} // namespace tritloom::tritloomFile
