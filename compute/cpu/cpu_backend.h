#pragma once

#include "core/backend/backend.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tritloom {

/// Instruction sets this program was built for and this processor has, best first: "AVX3", "AVX2", ...
[[nodiscard]] std::vector<std::string> cpuInstructionSets();

/// What products see of the activations they are multiplied with.
enum class CpuActivations : std::uint8_t {
    Exact, ///< all of them: what an exported file means
    EightBit, ///< rounded to 8 bits, as the runtimes that read the file round them
};

/// `instructionSet`: one of cpuInstructionSets(), or empty for the best. Process-wide: the newest
/// backend made decides for all of them. Errors: Unsupported (this processor has no such set).
[[nodiscard]] Result<std::unique_ptr<Backend>>
makeCpuBackend(std::string instructionSet = {}, CpuActivations activations = CpuActivations::Exact);

/// Dense products of floats, which a library makes by the best set that it knows, take nothing above this one
/// from now on. Only before the first of them; for measuring one set.
void limitDenseProducts(std::string_view instructionSet);

/// Whether products with such weights round their inputs under CpuActivations::EightBit: those of formats
/// that are packed for products. Others, floats among them, are multiplied exactly.
[[nodiscard]] bool roundsInputs(const TensorType& weights);

/// What this machine can do at most, with the threads and the instruction set now chosen.
struct CpuLimits {
    double readBytesPerSecond = 0; ///< from memory, larger than the caches
    double floatOperationsPerSecond = 0; ///< multiply-adds of f32, two operations each
    double byteOperationsPerSecond = 0; ///< dot products of 8-bit numbers, two operations a product; of tiles
                                        ///< where AMX is chosen
    double tileFloatOperationsPerSecond = 0; ///< dot products of tiles of bf16; 0 without such a unit

    /// The arithmetic that exact products are held against.
    [[nodiscard]] double exactOperationsPerSecond() const
    {
        return tileFloatOperationsPerSecond > 0 ? tileFloatOperationsPerSecond : floatOperationsPerSecond;
    }
};
/// Measured now, in about two seconds; what other programs take away counts little. Errors: OutOfMemory.
[[nodiscard]] Result<CpuLimits> measureCpuLimits();

/// 768 MB, more than caches hold, to be read as quickly as the memory gives them: what products of one column
/// are held against. Thread safe.
class MemoryReader {
public:
    static constexpr std::size_t partBytes = std::size_t{8} << 20, parts = 96, bytes = parts * partBytes;

    /// Errors: OutOfMemory.
    [[nodiscard]] static Result<MemoryReader> make();
    void readPart(std::size_t part) const; ///< in the calling thread
    void readAll() const; ///< in all threads of the pool

private:
    std::shared_ptr<const std::uint8_t> m_bytes;
};

} // namespace tritloom
