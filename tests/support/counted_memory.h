#pragma once

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

// Replaces the program's operator new by one that counts: for the one file of a test that asks for it.

/// Bytes that the program holds by operator new, and the most it held since `most` was set. Any thread.
namespace countedMemory {

inline std::atomic<std::size_t> held{0}, most{0};

inline void* taken(std::size_t bytes, std::size_t alignment)
{
    void* const block = alignment == 0
        ? std::malloc(bytes)
        : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (block == nullptr)
        throw std::bad_alloc();
    const std::size_t now = held += malloc_usable_size(block);
    std::size_t before = most;
    while (now > before && !most.compare_exchange_weak(before, now)) { }
    return block;
}

inline void freed(void* block)
{
    if (block != nullptr)
        held -= malloc_usable_size(block);
    std::free(block);
}

} // namespace countedMemory

void* operator new(std::size_t bytes)
{
    return countedMemory::taken(bytes, 0);
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept
try {
    return countedMemory::taken(bytes, 0);
} catch (const std::bad_alloc&) {
    return nullptr;
}
void* operator new(std::size_t bytes, std::align_val_t alignment)
{
    return countedMemory::taken(bytes, std::size_t(alignment));
}
void operator delete(void* block) noexcept
{
    countedMemory::freed(block);
}
void operator delete(void* block, std::size_t) noexcept
{
    countedMemory::freed(block);
}
void operator delete(void* block, std::align_val_t) noexcept
{
    countedMemory::freed(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept
{
    countedMemory::freed(block);
}
