#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

// A small harness without Qt, so that the kernels can be held against plain loops on a processor for which
// nothing but a compiler is installed.
namespace tritloom::checks {

/// Counts, and prints what does not hold.
void check(bool holds, const std::string& what);

/// Adds to what is printed for a comparison with another machine.
class Bits {
public:
    explicit Bits(const char* name)
        : m_name(name)
    {
    }
    ~Bits(); ///< prints the name and the hash
    Bits(const Bits&) = delete;
    Bits& operator=(const Bits&) = delete;

    template <typename T>
    void add(const T* values, std::size_t count)
    {
        std::vector<unsigned char> bytes(count * sizeof(T));
        std::memcpy(bytes.data(), values, bytes.size());
        for (const unsigned char byte : bytes)
            m_hash = (m_hash ^ byte) * 1099511628211u; // FNV-1a
    }

private:
    const char* m_name;
    std::uint64_t m_hash = 14695981039346656037u;
};

/// Numbers in -1..1 with many sizes, the same on every machine: no function of the mathematics library.
class Random {
public:
    explicit Random(std::uint64_t seed)
        : m_state(seed * 2 + 1)
    {
    }
    std::uint32_t bits()
    {
        m_state = m_state * 6364136223846793005u + 1442695040888963407u;
        return std::uint32_t(m_state >> 32);
    }
    float number() { return float(std::int32_t(bits())) * 0x1p-31f; }
    std::vector<float> numbers(std::size_t count)
    {
        std::vector<float> values(count);
        for (float& value : values)
            value = number() * number();
        return values;
    }

private:
    std::uint64_t m_state;
};

void checkPackedProducts();
void checkFloatKernels();
void checkCoreKernels();

} // namespace tritloom::checks
