#include "core/file/operator_graph.h"

#include "core/base/utf8.h"

#include <cmath>
#include <limits>
#include <map>

namespace tritloom {
namespace {

/// The names that stand for a value so far, and what is wrong with the graph that uses them.
class Names {
public:
    /// A name for something new. Errors: InvalidInput.
    Result<void> add(const std::string& name, std::string_view what)
    {
        TRY_VOID(text(name));
        if (name.empty())
            return fail(ErrorCode::InvalidInput, "{} of the operators has no name", what);
        return make(name, what);
    }
    /// maker: what makes the value, for the sentence.
    Result<void> make(std::string_view name, std::string_view maker)
    {
        const auto [known, isNew] = m_known.emplace(name, maker);
        if (!isNew)
            return fail(
                ErrorCode::InvalidInput, "the value '{}' of the operators is made twice, as {} and as {}",
                printable(name), known->second, maker);
        return {};
    }
    Result<void> use(const std::string& name, const std::string& reader) const
    {
        if (!m_known.contains(name))
            return fail(
                ErrorCode::InvalidInput, "the operator '{}' reads '{}' before it is made", printable(reader),
                printable(name));
        return {};
    }
    static Result<void> text(std::string_view text)
    {
        if (!isUtf8(text))
            return fail(ErrorCode::InvalidInput, "a text of the operators is not UTF-8: '{}'", printable(text));
        return {};
    }

private:
    std::map<std::string, std::string, std::less<>> m_known; ///< with what makes them
};

std::string outputOf(const OperatorNode& node)
{
    return fmt::format("an output of the node '{}'", printable(node.name));
}

/// Whether numbers are what their type holds. Numbers are f32, in which the largest of wide types is a power
/// of two.
Result<void> checkConstant(const std::string& name, const OperatorConstant& constant)
{
    const auto range = []<typename T>(T) {
        return std::pair{float(std::numeric_limits<T>::min()), float(std::numeric_limits<T>::max())};
    };
    static const std::map<int, std::pair<float, float>> ranges{
        {2, range(std::uint8_t())},  {3, range(std::int8_t())},   {4, range(std::uint16_t())},
        {5, range(std::int16_t())},  {6, range(std::int32_t())},  {7, range(std::int64_t())},
        {9, range(std::uint8_t())},  {12, range(std::uint32_t())}, {13, range(std::uint64_t())},
        {21, std::pair{0.0F, 15.0F}}, {22, std::pair{-8.0F, 7.0F}}};
    const auto found = ranges.find(constant.elementType);
    if (found == ranges.end())
        return {};
    for (const float value : constant.values.floats())
        if (!(value >= found->second.first && value <= found->second.second) || value != std::floor(value))
            return fail(
                ErrorCode::InvalidInput, "the constant '{}' of the operators holds {}, which its type does not",
                printable(name), value);
    return {};
}

Result<void> checkAttribute(const std::string& name, const OperatorAttribute& attribute)
{
    TRY_VOID(Names::text(name));
    if (const auto* const text = std::get_if<std::string>(&attribute))
        return Names::text(*text);
    if (const auto* const constant = std::get_if<OperatorConstant>(&attribute))
        return checkConstant(name, *constant);
    if (const auto* const texts = std::get_if<std::vector<std::string>>(&attribute))
        for (const std::string& text : *texts)
            TRY_VOID(Names::text(text));
    return {};
}

Result<void> checkNode(const OperatorNode& node, Names& names)
{
    for (const std::string& text : {node.domain, node.type, node.name})
        TRY_VOID(Names::text(text));
    if (node.type.empty() || node.outputs.empty())
        return fail(
            ErrorCode::InvalidInput, "the operator '{}' has no type or gives nothing", printable(node.name));
    if (!node.refused.empty())
        return fail(
            ErrorCode::Unsupported, "the attribute '{}' of the operator '{}' holds a graph",
            printable(node.refused), printable(node.name));
    for (const std::string& input : node.inputs)
        if (!input.empty())
            TRY_VOID(names.use(input, node.name));
    for (const std::string& output : node.outputs)
        if (!output.empty())
            TRY_VOID(names.add(output, outputOf(node)));
    for (const auto& [name, attribute] : node.attributes)
        TRY_VOID(checkAttribute(name, attribute));
    return {};
}

} // namespace

Result<void> checkOperators(const OperatorGraph& graph, const std::vector<std::string_view>& tensors)
{
    if (graph.version < oldestOperatorSet || graph.version > newestOperatorSet)
        return fail(
            ErrorCode::Unsupported, "operator set {}, versions {} to {} are read", graph.version,
            oldestOperatorSet, newestOperatorSet);
    Names names;
    TRY_VOID(Names::text(graph.producer));
    for (const auto& [name, type] : graph.elementTypes)
        TRY_VOID(Names::text(name));
    for (const std::string_view tensor : tensors)
        TRY_VOID(names.add(std::string(tensor), "a tensor"));
    for (const auto& [name, constant] : graph.constants) {
        TRY_VOID(names.add(name, "a constant"));
        TRY_VOID(checkConstant(name, constant));
    }
    for (const OperatorValue& input : graph.inputs)
        TRY_VOID(names.add(input.name, "an input"));
    for (const OperatorNode& node : graph.nodes)
        TRY_VOID(checkNode(node, names));
    for (const OperatorValue& output : graph.outputs)
        TRY_VOID(names.use(output.name, "output"));
    for (const auto* const values : {&graph.inputs, &graph.outputs})
        for (const OperatorValue& value : *values)
            for (const std::string& dimension : value.dimensionNames)
                TRY_VOID(Names::text(dimension));
    return {};
}

Result<void>
checkMadeOnce(const OperatorGraph& graph, const std::vector<std::string_view>& stored, std::string_view where)
{
    Names names;
    const auto check = [&](std::string_view name, std::string_view maker) -> Result<void> {
        if (auto made = names.make(name, maker); !made)
            return fail(made.error().code, "{}: {}", where, made.error().message);
        return {};
    };
    for (const std::string_view name : stored)
        TRY_VOID(check(name, "an initializer"));
    for (const OperatorValue& input : graph.inputs)
        TRY_VOID(check(input.name, "an input"));
    for (const OperatorNode& node : graph.nodes)
        for (const std::string& output : node.outputs)
            if (!output.empty())
                TRY_VOID(check(output, outputOf(node)));
    return {};
}

std::int64_t OperatorNode::integer(std::string_view key, std::int64_t otherwise) const
{
    const auto found = attributes.find(key);
    const auto* const value = found == attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
    return value == nullptr ? otherwise : *value;
}

double OperatorNode::number(std::string_view key, double otherwise) const
{
    const auto found = attributes.find(key);
    const auto* const value = found == attributes.end() ? nullptr : std::get_if<double>(&found->second);
    return value == nullptr ? otherwise : *value;
}

std::string OperatorNode::text(std::string_view key, std::string_view otherwise) const
{
    const auto found = attributes.find(key);
    const auto* const value = found == attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
    return value == nullptr ? std::string(otherwise) : *value;
}

std::vector<std::int64_t> OperatorNode::integers(std::string_view key) const
{
    const auto found = attributes.find(key);
    const auto* const value
        = found == attributes.end() ? nullptr : std::get_if<std::vector<std::int64_t>>(&found->second);
    return value == nullptr ? std::vector<std::int64_t>() : *value;
}

} // namespace tritloom
