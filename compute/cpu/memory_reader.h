#pragma once

#include "compute/cpu/packed/packed_weights.h"

namespace tritloom {

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
    explicit MemoryReader(cpu::WeightBuffer buffer)
        : m_buffer(std::move(buffer))
    {
    }
    cpu::WeightBuffer m_buffer;
};

} // namespace tritloom
