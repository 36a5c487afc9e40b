#include "core/format/half_encoders.h"

namespace tritloom {
namespace {

struct Row {
    std::string_view id;
    HalfBlock block; ///< sizes are the format's
};

constexpr CodeGrid ternary{.lowest = -1, .highest = 1, .first = -1};

constexpr Row rows[] = {
    {"q8_0",
     {.codesOffset = 2,
      .fields = HalfFields::Bytes,
      .end = 127,
      .grid = {.lowest = -127, .highest = 127, .first = -127}}},
    {"q4_0",
     {.codesOffset = 2,
      .fields = HalfFields::Nibbles,
      .end = -8,
      .grid = {.lowest = -8, .highest = 7, .first = -8, .halfUp = true}}},
    {"q5_0",
     {.codesOffset = 6,
      .planeOffset = 2,
      .fields = HalfFields::FifthBits,
      .end = -16,
      .grid = {.lowest = -16, .highest = 15, .first = -16, .halfUp = true}}},
    {"q2_0", {.codesOffset = 2, .fields = HalfFields::InOrder, .bits = 2, .end = 1, .grid = ternary}},
    {"tq2_0", {.scaleOffset = 64, .fields = HalfFields::Pairs, .end = 1, .grid = ternary}},
};

} // namespace

std::optional<HalfBlock> halfBlockOf(const NumberFormat& format)
{
    const std::size_t elements = format.blockElements();
    if (elements % 32 != 0 || elements > 4096) // a longer one would not stay in the nearest cache
        return {};
    const std::string id = format.id();
    HalfBlock block;
    bool found = false;
    for (const Row& row : rows)
        if (row.id == id) {
            block = row.block;
            found = true;
        }
    if (id.starts_with("int") && !id.ends_with('a')) {
        const unsigned bits = static_cast<unsigned>((format.blockBytes() - 2) * 8 / elements);
        const float top = static_cast<float>((1 << (bits - 1)) - 1);
        block = {
            .codesOffset = 2,
            .fields = HalfFields::InOrder,
            .bits = bits,
            .end = top,
            .isRounded = true,
            .grid = {.lowest = -top, .highest = top, .first = -top - 1}};
        found = true;
    } else if (id.starts_with("ternaryg")) {
        block = {
            .codesOffset = 2, .fields = HalfFields::InOrder, .bits = 2, .isThreshold = true, .grid = ternary};
        found = true;
    }
    if (!found)
        return {};
    block.elements = elements;
    block.bytes = format.blockBytes();
    return block;
}

} // namespace tritloom
