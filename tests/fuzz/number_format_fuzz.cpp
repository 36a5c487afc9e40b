#include "core/format/number_format.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

using namespace tritloom;

/// An id up to the first zero byte, then bytes of a block: any block decodes, and what is decoded can be
/// encoded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto* const end = std::find(data, data + size, std::uint8_t{0});
    const auto format = parseNumberFormat({reinterpret_cast<const char*>(data), std::size_t(end - data)});
    if (!format || (*format)->blockElements() > 1u << 16)
        return 0;
    std::vector<std::byte> packed((*format)->blockBytes());
    const std::size_t count = std::min<std::size_t>(packed.size(), std::size_t(data + size - end));
    std::memcpy(packed.data(), end, count);
    std::vector<float> values((*format)->blockElements());
    (*format)->decode(packed, values);
    (*format)->encode(values, packed);
    if (parseNumberFormat((*format)->id()).value()->id() != (*format)->id())
        __builtin_trap();
    return 0;
}
