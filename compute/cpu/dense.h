#pragma once

#include <cstddef>

/// Dense f32 products on the calling thread, by oneDNN, which picks the instruction set itself. Safe to call
/// from many threads. (Debian's serial OpenBLAS is not: its buffers are handed out without a lock, and two
/// products at once now and then share one.)
namespace tritloom::cpu {

/// c [rows, columns] = a [rows, inner] * b^T, b [columns, inner]. Strides are elements between rows.
void multiplyTransposed(
    std::size_t rows, std::size_t columns, std::size_t inner, const float* a, std::size_t strideA, const float* b,
    std::size_t strideB, float* c, std::size_t strideC);

/// c [rows, columns] = a [rows, inner] * b [inner, columns].
void multiplyPlain(
    std::size_t rows, std::size_t columns, std::size_t inner, const float* a, std::size_t strideA, const float* b,
    std::size_t strideB, float* c, std::size_t strideC);

} // namespace tritloom::cpu
