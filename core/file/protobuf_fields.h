#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace tritloom {

/// One field of a serialized protobuf message, by its wire type.
struct ProtobufField {
    int number = 0;
    bool isBytes = false; ///< strings, bytes, messages: `bytes`; else `value`
    std::span<const std::byte> bytes; ///< where they lie, not copied
    std::uint64_t value = 0; ///< varint; the bits of fixed32 and fixed64
    std::span<const std::byte> whole; ///< tag and contents
};

/// Calls `take` with every field of a message, in order. False when the bytes are no message, or longer than
/// protobuf's 2 GiB.
[[nodiscard]] bool
forEachField(std::span<const std::byte> message, const std::function<void(const ProtobufField&)>& take);

} // namespace tritloom
