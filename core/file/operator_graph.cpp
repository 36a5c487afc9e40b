#include "core/file/operator_graph.h"

namespace tritloom {

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
