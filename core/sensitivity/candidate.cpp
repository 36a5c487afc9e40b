#include "core/sensitivity/candidate.h"

#include "core/export/gguf_target.h"
#include "core/format/row_group.h"
#include "core/method/range_method.h"

#include <algorithm>
#include <array>
#include <map>

namespace tritloom {
namespace {

bool isDigit(char character)
{
    return character >= '0' && character <= '9';
}

/// parseNumberFormat() by memory: sizes are asked for thousands of times while somebody drags.
NumberFormatPtr formatOf(const std::string& id)
{
    thread_local std::map<std::string, NumberFormatPtr> known;
    const auto found = known.find(id);
    if (found != known.end())
        return found->second;
    const auto format = parseNumberFormat(id);
    return known[id] = format ? *format : nullptr;
}

/// Methods that store something else than rounded weights, which floats may be as well.
constexpr std::array<std::string_view, 1> ofOtherNumbers{"cached-time"};

} // namespace

LayerChoice choiceFor(const Layer& layer, const Candidate& candidate)
{
    if (const auto own = candidate.byLayer.find(layer.name); own != candidate.byLayer.end())
        return own->second;
    LayerChoice choice{candidate.format, candidate.method, candidate.parameters};
    if (const std::size_t row = choice.format.find("row"); row != std::string::npos)
        choice.format.replace(row, 3, fmt::format("g{}", rowGroup(layer.columns))); // a short block is padded
    // Formats that only Tritloom reads pad the last block of a row and need no fallback.
    if (const auto fallback = ggufFallback(choice.format, layer.columns))
        choice.format = *fallback;
    const bool isOfWeights = std::ranges::find(ofOtherNumbers, choice.method) == ofOtherNumbers.end();
    if (const auto format = parseNumberFormat(choice.format); isOfWeights && format && (*format)->isFloat()) {
        choice.method = "rtn"; // floats have nothing to fit
        choice.parameters.clear(); // and what was said to another method means nothing here
    }
    return choice;
}

std::uint64_t bytesOf(const Layer& layer, const LayerChoice& choice, const MethodLookup& methods)
{
    if (choice.format.empty())
        return layer.storedBytes;
    const NumberFormatPtr format = formatOf(choice.format);
    if (!format)
        return 0;
    const LayerMethod* const method = methods ? methods(choice.method) : nullptr;
    if (const auto* const ranged = dynamic_cast<const RangeMethod*>(method))
        return ranged->storedBytesByChannels(
            layer.rows, layer.columns, layer.channels, format, choice.parameters);
    if (method != nullptr)
        return method->storedBytes(layer.rows, layer.columns, format, choice.parameters);
    const std::uint64_t block = format->blockElements(); // each row starts a new block, as in TensorType
    return layer.rows * ((layer.columns + block - 1) / block * format->blockBytes());
}

std::uint64_t bytesOf(const Model& model, const Allocation& allocation, const MethodLookup& methods)
{
    std::uint64_t bytes = model.bytes();
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        bytes += bytesOf(model.layers[i], allocation.layers[i], methods) - model.layers[i].storedBytes;
    return bytes;
}

double bitsPerWeight(const Model& model, const Allocation& allocation, const MethodLookup& methods)
{
    std::uint64_t bytes = 0, parameters = 0;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        bytes += bytesOf(model.layers[i], allocation.layers[i], methods);
        parameters += model.layers[i].parameters();
    }
    return parameters == 0 ? 0 : 8.0 * double(bytes) / double(parameters);
}

Candidate asCandidate(const Model& model, const Allocation& allocation)
{
    std::vector<std::pair<std::size_t, Candidate>> counted;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerChoice& choice = allocation.layers[i];
        if (choice.format.empty())
            continue;
        Candidate candidate{choice.format, choice.method, choice.parameters};
        const std::string row = fmt::format("g{}", rowGroup(model.layers[i].columns));
        const std::size_t at = candidate.format.find(row), end = at + row.size();
        // "g16" is not the beginning of "g160".
        if (at != std::string::npos && (end == candidate.format.size() || !isDigit(candidate.format[end])))
            candidate.format.replace(at, row.size(), "row");
        const auto found = std::ranges::find(counted, candidate, &std::pair<std::size_t, Candidate>::second);
        found == counted.end() ? counted.push_back({1, candidate}) : void(++found->first);
    }
    if (counted.empty())
        return {"", "", {}};
    Candidate most = std::ranges::max_element(counted, {}, &std::pair<std::size_t, Candidate>::first)->second;
    std::map<std::string, LayerChoice> others;
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (!(allocation.layers[i] == choiceFor(model.layers[i], most)))
            others[model.layers[i].name] = allocation.layers[i];
    most.byLayer = std::move(others);
    return most;
}

Allocation uniform(const Model& model, const Candidate& candidate)
{
    Allocation allocation;
    for (const Layer& layer : model.layers)
        allocation.layers.push_back(choiceFor(layer, candidate));
    return allocation;
}

namespace {

/// Whether blocks of 32, the shortest that GGUF has, fill the rows of most of the weights.
bool fitsBlocks(const Model& model)
{
    std::size_t fitting = 0, all = 0;
    for (const Layer& layer : model.layers) {
        all += layer.parameters();
        fitting += layer.columns % 32 == 0 ? layer.parameters() : 0;
    }
    return 2 * fitting >= all;
}

} // namespace

std::vector<Candidate> standardCandidates(const Model& model, std::string_view method)
{
    if (!model.picture && fitsBlocks(model))
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
