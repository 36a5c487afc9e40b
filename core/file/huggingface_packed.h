#pragma once

#include "core/file/json.h"
#include "core/file/packed_matrix.h"
#include "core/file/safetensors.h"

#include <map>
#include <set>
#include <string>

namespace tritloom::huggingface {

/// The weight matrices of a checkpoint that a quantizer wrote, by the name a plain checkpoint would have
/// ("model.layers.0.mlp.up_proj.weight"), and the tensors they are made of.
struct PackedWeights {
    std::map<std::string, std::shared_ptr<const PackedMatrix>, std::less<>> matrices;
    std::set<std::string, std::less<>> parts;
};

/// Finds what config.json's "quantization_config" says: compressed-tensors (pack-quantized and int-quantized)
/// and GPTQ, first and second version. Empty for other checkpoints. Reads shapes, scales of 32 bits and group
/// indices only. Errors: InvalidInput (parts missing or of the wrong size), Unsupported (a layout or width,
/// by name).
[[nodiscard]] Result<PackedWeights>
findPackedWeights(const std::vector<safetensors::Entry>& entries, const Json& config);

} // namespace tritloom::huggingface
