#pragma once

#include "core/base/key.h"
#include "core/base/page_advice.h"

namespace tritloom {

/// `key` with these bytes counted in: all of them up to 64 KiB, beyond that sixteen samples of 4 KiB, so that
/// models of any size have their keys in milliseconds. Lengths are the caller's to count.
[[nodiscard]] inline Key withSamples(Key key, std::span<const std::byte> bytes)
{
    constexpr std::size_t whole = 64 * 1024, sample = 4096, samples = 16;
    if (bytes.size() <= whole)
        return keyOf(key, bytes);
    const FewPages sampled(bytes); // what lies around the samples would be read too: a hundred times as much
    const auto part = [&](std::size_t i) {
        return bytes.subspan((bytes.size() - sample) / (samples - 1) * i, sample);
    };
    for (std::size_t i = 0; i < samples; ++i)
        readAhead(part(i));
    for (std::size_t i = 0; i < samples; ++i)
        key = keyOf(key, part(i));
    return key;
}

} // namespace tritloom
