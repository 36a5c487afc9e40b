#pragma once

#include "core/file/json.h"
#include "core/file/model_file.h"

#include <string_view>

namespace tritloom::huggingface {

/// What one architecture of Transformers is called and how it is stored.
struct Architecture {
    std::string_view className; ///< "LlamaForCausalLM"
    std::string_view name; ///< "llama", general.architecture
    bool rotateHalf; ///< RoPE pairs element i with i + half, as all of Transformers does
    bool isGpt2; ///< Conv1D weights, GPT-2's names of keys and tensors
};

/// By config.json's "architectures"; null when it is not one we translate.
[[nodiscard]] const Architecture* findArchitecture(const Json& config);

/// Sets the keys of `architecture` and appends the tensor "rope_freqs.weight" where the config asks for Llama
/// 3's frequency divisors. Errors: InvalidInput (a number is missing or senseless).
[[nodiscard]] Result<void> translateConfig(const Json& config, const Architecture&, ModelFile& model);

/// "model.layers.3.self_attn.q_proj.weight" as "blk.3.attn_q.weight"; "" for buffers that carry no weights;
/// the name itself when it is none we know.
[[nodiscard]] std::string translateName(std::string_view name, const Architecture&);

/// Weights that GPT-2 stores as [inputs, outputs].
[[nodiscard]] bool isConv1d(std::string_view ggufName);

} // namespace tritloom::huggingface
