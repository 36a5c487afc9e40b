#pragma once

#include "core/architecture/model.h"

#include <map>
#include <string>
#include <vector>

namespace tritloom {

/// Something layers may become, as a person asks for it: a column of the sensitivity table, a stop of the
/// loom.
struct Candidate {
    std::string
        format; ///< a number format id; "row" in place of "g<group>", as in "int4rowa", gives one group a row
    std::string method = "rtn";
    Parameters parameters;
    /// Layers, by name, that become something else, as a recipe has them; an empty format: as stored.
    std::map<std::string, LayerChoice> byLayer = {};
    friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// What the candidate means for this layer: "row" groups get the row's length, and a block that does not
/// divide the row falls back as llama.cpp's quantizer does (256-blocks to a 32-block type, then f16).
[[nodiscard]] LayerChoice choiceFor(const Layer& layer, const Candidate& candidate);

/// Bytes the layer takes in a file. An empty format keeps what is stored. 0 for an unknown format. methods:
/// asked what they store; a method that is not there stores one matrix of the format.
[[nodiscard]] std::uint64_t
bytesOf(const Layer& layer, const LayerChoice& choice, const MethodLookup& methods);

/// All layers as chosen plus the tensors that are not layers (norms, biases), without file headers.
[[nodiscard]] std::uint64_t
bytesOf(const Model& model, const Allocation& allocation, const MethodLookup& methods);

/// bytes of the layers alone * 8 / their parameters: scales counted.
[[nodiscard]] double
bitsPerWeight(const Model& model, const Allocation& allocation, const MethodLookup& methods);

/// What uniform() makes this allocation of: its most frequent choice, where groups of a whole row are called
/// "row" whatever its length, and the others by layer. No format: all layers are as stored.
[[nodiscard]] Candidate asCandidate(const Model& model, const Allocation& allocation);

/// Every layer as the candidate has it.
[[nodiscard]] Allocation uniform(const Model& model, const Candidate& candidate);

/// The same for a network on pictures: one scale a row, which is an output channel; else as below.
[[nodiscard]] std::vector<Candidate> standardCandidates(const Model& model, std::string_view method);
/// What the program offers when nobody chose: the types llama.cpp runs fast, from 2 to 8 bits, and f16.
[[nodiscard]] std::vector<Candidate> standardCandidates(std::string_view method = "imatrix");

} // namespace tritloom
