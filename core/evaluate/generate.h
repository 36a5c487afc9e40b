#pragma once

#include "core/calibrate/compressor.h"

namespace tritloom {

/// A token and what else was likely there.
struct GeneratedToken {
    TokenId token = 0;
    struct Candidate {
        TokenId token = 0;
        double probability = 0;
    };
    std::vector<Candidate> candidates; ///< the most likely, descending, at most GenerateOptions::candidateCount
};

struct GenerateOptions {
    std::size_t tokenCount = 48;
    double temperature = 0; ///< 0: the most likely token
    std::uint64_t seed = 1; ///< of the sampler; unused at temperature 0
    std::size_t candidateCount = 5;
};

/// Continues a text with a key-value cache, one token at a time. One thread.
class Generator {
public:
    Generator(std::shared_ptr<Compressor> compressor, std::unique_ptr<Executor> executor, Allocation allocation);

    /// Reads the prompt (BOS in front where the model wants one); forgets what was before.
    [[nodiscard]] Result<void> start(std::string_view prompt, const GenerateOptions& options, std::stop_token stop);
    /// The next token; nullopt at the end of the text (EOS, tokenCount, the model's context).
    [[nodiscard]] Result<std::optional<GeneratedToken>> next(std::stop_token stop);

private:
    Result<void> feed(std::span<const TokenId> tokens, std::stop_token stop);

    std::shared_ptr<Compressor> m_compressor;
    std::unique_ptr<Executor> m_executor;
    Allocation m_allocation;
    GenerateOptions m_options;
    SequenceState m_state;
    std::vector<TokenId> m_seen; ///< the last ones, of a model that keeps no state: see tokensReadAgain()
    std::vector<float> m_logits; ///< of the last position
    std::size_t m_made = 0;
    std::uint64_t m_random = 0;
};

} // namespace tritloom
