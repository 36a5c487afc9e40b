#pragma once

#include "app/session/benchmark.h"
#include "core/calibrate/compressor.h"

namespace tritloom {

/// A model to run for its speed alone.
struct ModelBenchmark {
    std::shared_ptr<const Model> model; ///< with a graph; no tokenizer needed
    std::string device = "cpu"; ///< or "vulkan:0"
    std::vector<CpuActivations> modes{CpuActivations::Exact, CpuActivations::EightBit}; ///< of the CPU
    std::size_t context = 512; ///< tokens a chunk of evaluate
    std::size_t count = 2; ///< chunks to evaluate, or 12 times as many tokens to decode
};

/// What part of the time an op took.
struct PhaseShare {
    std::string device;
    std::string phase; ///< "linear", "attention", ...
    double share = 0;
};

/// That randomModel() knows the shape. Errors: NotFound.
[[nodiscard]] Result<void> checkShape(const std::string& name);
/// A llama of this shape with random weights in `format`, norms in f32, in memory.
/// name: "1.1b", "125m" or "tiny". Errors: NotFound.
[[nodiscard]] Result<std::shared_ptr<const Model>>
randomModel(const std::string& name, const NumberFormatPtr& format);

/// Perplexity's work: whole chunks, logits of their second halves. operationsPerSecond counts products with
/// weights; columns: the context. Returns the shares of the ops.
[[nodiscard]] Result<std::vector<PhaseShare>> benchmarkEvaluate(
    const ModelBenchmark& what, const CpuLimits& limits, const OnBenchmarkRow& onRow, std::stop_token stop);

/// One token after the other, behind 32 others. bytesPerSecond counts the weights of products.
[[nodiscard]] Result<std::vector<PhaseShare>> benchmarkDecode(
    const ModelBenchmark& what, const CpuLimits& limits, const OnBenchmarkRow& onRow, std::stop_token stop);

/// From the choice of another format for one layer in the middle to the log-probabilities of 128 tokens:
/// encoding, repacking, and running what comes after.
[[nodiscard]] Result<void> benchmarkDrag(
    const ModelBenchmark& what, const std::string& format, const MethodLookup& methods,
    const CpuLimits& limits, const OnBenchmarkRow& onRow, std::stop_token stop);

} // namespace tritloom
