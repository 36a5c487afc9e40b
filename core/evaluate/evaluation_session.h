#pragma once

#include "core/base/result_store.h"
#include "core/evaluate/divergence_meter.h"
#include "core/evaluate/forward_pass.h"

namespace tritloom {

/// Measures allocations of one model on one text against a reference, reusing whatever did not change.
/// One thread.
class EvaluationSession final : public DivergenceMeter {
public:
    /// reference: what KL and agreement are measured against; null for the model itself, uncompressed.
    /// store: null to keep results in memory only. Both outlive the session.
    EvaluationSession(
        std::vector<Chunk> chunks, std::shared_ptr<ForwardPass> pass, std::shared_ptr<ForwardPass> reference = {},
        ResultStore* store = nullptr);

    using OnChunk = std::function<void(const Evaluation&)>; ///< after every chunk, with what is known so far
    using Keep = ForwardPass::Keep;

    /// While a chunk takes under 150 ms the first is finished even when a newer request waits, so that a long
    /// drag still shows numbers.
    /// chunkLimit: 0 for all. Errors: Unsupported, Cancelled, those of methods.
    [[nodiscard]] Result<Evaluation> evaluate(
        const Allocation& allocation, std::stop_token stop, const OnChunk& onChunk = {}, Keep keep = Keep::Everything,
        std::size_t chunkLimit = 0);

    [[nodiscard]] Result<Measured>
    divergence(const Allocation& allocation, std::size_t limit, std::stop_token stop) override;
    [[nodiscard]] Key dataKey(std::size_t limit) const override { return textKey(limit); }
    [[nodiscard]] std::string backendNames() const override { return m_pass->executor().backendNames(); }
    [[nodiscard]] Compressor& compressor() override { return m_pass->compressor(); }

    [[nodiscard]] ForwardPass& pass() { return *m_pass; }
    [[nodiscard]] std::size_t chunkCount() const { return m_chunks.size(); }
    /// Identity of the first `chunkLimit` chunks (0: all) of the text.
    [[nodiscard]] Key textKey(std::size_t chunkLimit) const;

private:
    Result<PositionValues> measure(
        const Chunk& chunk, const Allocation& allocation, Keep keep, std::stop_token stop, std::stop_token methods);
    Evaluation summarise(const Allocation& allocation, std::span<const PositionValues> done, std::size_t total) const;

    std::vector<Chunk> m_chunks;
    std::shared_ptr<ForwardPass> m_pass, m_reference;
    ResultStore* m_store;
    std::map<Key, PositionValues> m_known;
    /// Of the last chunk that was really run; absent: none was.
    std::optional<std::chrono::steady_clock::duration> m_chunkTime;
};

} // namespace tritloom
