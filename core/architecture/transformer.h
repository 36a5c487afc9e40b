#pragma once

#include "core/file/model_file.h"
#include "core/graph/graph.h"

namespace tritloom {

/// Sizes of a decoder-only transformer from GGUF-type metadata (`<arch>.block_count` ...).
struct TransformerConfig {
    std::string architecture;
    std::size_t blocks = 0, hidden = 0, feedForward = 0, heads = 0, kvHeads = 0, headSize = 0, context = 0,
                ropeDimensions = 0;
    double epsilon = 1e-5, ropeBase = 10000, ropeFactor = 1;
    std::size_t window = 0; ///< so many keys attention sees at most; 0: all
    std::vector<bool> isWindowed; ///< by block; empty: all are
};
/// Errors: NotFound (a key that must be there), InvalidInput (sizes that do not fit together).
[[nodiscard]] Result<TransformerConfig> transformerConfig(const ModelFile&);

/// What distinguishes the architectures that share the pre-norm decoder skeleton
/// x += Attn(norm x); x += Mlp(norm x); logits = head(norm x).
struct TransformerTraits {
    enum class Rotary { None, Interleaved, HalfSplit };
    enum class Gate { Silu, Relu2, None }; ///< None: up, GELU, down (GPT-2)
    Rotary rotary = Rotary::Interleaved;
    Gate gate = Gate::Silu;
    bool layerNorm = false; ///< LayerNorm with bias instead of RMSNorm
    bool headNorms = false; ///< RMSNorm per head on q and k before the rotation (Qwen3)
    bool subNorms = false; ///< RMSNorm before attn_output and ffn_down (BitNet 2B4T)
    /// The products of blocks take tokens rounded to 8 bits, each by its own largest element (BitNet b1.58).
    bool roundedInputs = false;
    bool learnedPositions = false;
};

/// Biases (attn_q.bias ...), fused attn_qkv, rope_freqs and tied heads are used where the file has them.
/// Which inputs are rounded the file says before the architecture does (huggingface::roundedInputsKey).
/// Errors: NotFound (a tensor by name), InvalidInput (a tensor of the wrong shape).
[[nodiscard]] Result<Graph> buildTransformer(const ModelFile&, const TransformerTraits&);

} // namespace tritloom
