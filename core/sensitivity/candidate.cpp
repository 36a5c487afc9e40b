#include "core/sensitivity/candidate.h"

#include "core/export/gguf_target.h"

namespace tritloom {
LayerChoice choiceFor(const Layer& layer, const Candidate& candidate)
{
    LayerChoice choice{candidate.format, candidate.method, candidate.parameters};
    if (const std::size_t row = choice.format.find("row"); choice.format.starts_with("int") && row != std::string::npos)
        choice.format.replace(row, 3, fmt::format("g{}", (layer.columns + 7) / 8 * 8)); // a short block is padded
    // Formats that only Tritloom reads pad the last block of a row and need no fallback.
    if (const auto fallback = ggufFallback(choice.format, layer.columns))
        choice.format = *fallback;
    if (const auto format = parseNumberFormat(choice.format); format && (*format)->isFloat())
        choice.method = "rtn"; // floats have nothing to fit
    return choice;
}

std::uint64_t bytesOf(const Layer& layer, const LayerChoice& choice)
{
    if (choice.format.empty())
        return layer.storedBytes;
    const auto format = parseNumberFormat(choice.format);
    return format ? TensorType{*format, {layer.rows, layer.columns}}.bytes() : 0;
}

std::uint64_t bytesOf(const Model& model, const Allocation& allocation)
{
    std::uint64_t bytes = model.bytes();
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        bytes += bytesOf(model.layers[i], allocation.layers[i]) - model.layers[i].storedBytes;
    return bytes;
}

double bitsPerWeight(const Model& model, const Allocation& allocation)
{
    std::uint64_t bytes = 0, parameters = 0;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        bytes += bytesOf(model.layers[i], allocation.layers[i]);
        parameters += model.layers[i].parameters();
    }
    return parameters == 0 ? 0 : 8.0 * double(bytes) / double(parameters);
}

Allocation uniform(const Model& model, const Candidate& candidate)
{
    Allocation allocation;
    for (const Layer& layer : model.layers)
        allocation.layers.push_back(choiceFor(layer, candidate));
    return allocation;
}

std::vector<Candidate> standardCandidates(const Model& model, std::string_view method)
{
    if (!model.picture)
        return standardCandidates(method);
    std::vector<Candidate> candidates;
    for (const char* format : {"int2row", "int3row", "int4row", "int5row", "int6row", "int8row"})
        candidates.push_back({format, std::string(method), {}});
    candidates.push_back({"f16", "rtn", {}});
    return candidates;
}

std::vector<Candidate> standardCandidates(std::string_view method)
{
    std::vector<Candidate> candidates;
    for (const char* format : {"tq2_0", "q2_k", "q3_k", "iq4_xs", "q4_k", "q5_k", "q6_k", "q8_0"})
        candidates.push_back({format, std::string(method), {}});
    candidates.push_back({"f16", "rtn", {}});
    return candidates;
}

} // namespace tritloom
