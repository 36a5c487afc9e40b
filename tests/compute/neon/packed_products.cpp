#include "compute/cpu/packed/product.h"
#include "core/base/half.h"
#include "tests/compute/emulated_tile_unit.h"
#include "tests/compute/neon/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tritloom::checks {
namespace {

using namespace cpu;

/// A format that has nothing but the size of its blocks: the weights are made as they lie in the layout.
class Blocks final : public NumberFormat {
public:
    explicit Blocks(std::size_t elements)
        : m_elements(elements)
    {
    }
    std::string id() const override { return "blocks"; }
    std::size_t blockElements() const override { return m_elements; }
    std::size_t blockBytes() const override { return m_elements; }
    void encode(std::span<const float>, std::span<std::byte>) const override { }
    void decode(std::span<const std::byte>, std::span<float>) const override { }

private:
    std::size_t m_elements;
};

std::vector<FormatLayout> layouts()
{
    std::vector<FormatLayout> list;
    const auto whole = [&](unsigned bits, Scales scales, int zero, std::size_t line,
                           Activations8 activations = Activations8::Line) {
        list.push_back(
            {.bits = bits, .scales = scales, .zero = zero, .line = line, .activations = activations});
    };
    for (unsigned bits = 2; bits <= 8; ++bits) {
        whole(bits, Scales::Half, 1 << (bits - 1), bits % 2 == 0 ? 32 : 64);
        whole(bits, Scales::HalfLine, 0, bits % 2 == 0 ? 128 : 16);
    }
    whole(2, Scales::Half, 1, 256, Activations8::Q8_K);
    whole(8, Scales::Half, 128, 32, Activations8::Q8_0);
    whole(5, Scales::Half, 16, 96);
    whole(2, Scales::NibbleLine, 0, 16, Activations8::Q8_K);
    whole(3, Scales::Super, 4, 16, Activations8::Q8_K);
    whole(4, Scales::SuperLine, 0, 32, Activations8::Q8_K);
    whole(5, Scales::SuperLine, 0, 32, Activations8::Q8_K);
    whole(6, Scales::Super, 32, 16, Activations8::Q8_K);
    list.push_back({.bits = 1, .levels = Levels::Sign, .zero = 1, .line = 128});
    FormatLayout table{.levels = Levels::Table, .zero = 128};
    for (std::size_t i = 0; i < 16; ++i)
        table.table[i] = float(int(i * i) - 127);
    list.push_back(table);
    table.scales = Scales::Super;
    table.activations = Activations8::Q8_K;
    list.push_back(table);
    table.activations = Activations8::Line;
    table.zero = 12;
    for (std::size_t i = 0; i < 16; ++i)
        table.table[i] = float(int(i) - 12);
    table.scales = Scales::Power;
    list.push_back(table);
    table.scales = Scales::Mini;
    table.line = 16;
    list.push_back(table);
    FormatLayout fraction{.levels = Levels::Fraction, .line = 64};
    for (std::size_t i = 0; i < 16; ++i)
        fraction.table[i] = float(i) / 7.5f - 1;
    list.push_back(fraction);
    return list;
}

/// Random codes, and scales that are numbers.
PackedWeights randomWeights(const PackedLayout& layout, Random& random)
{
    PackedWeights weights{layout, WeightBuffer::allocate(layout.bytes()).value()};
    for (std::size_t i = 0; i < layout.bytes(); ++i)
        weights.buffer.data()[i] = std::uint8_t(random.bits());
    for (std::size_t p = 0; p < layout.panels; ++p)
        for (std::size_t b = 0; b < layout.blocks; ++b) {
            std::uint8_t* const header = weights.buffer.data() + layout.offsetOf(p, b);
            const std::size_t supers = panelRows * superBytes(layout.scales),
                              all = layout.headerBytes(layout.columnsOf(b) / layout.lineColumns);
            const bool halves = layout.scales == Scales::Half || layout.scales == Scales::HalfLine;
            for (std::size_t i = 0; i < (halves ? all : supers); i += 2) {
                const std::uint16_t half = floatToHalf(random.number());
                std::memcpy(header + i, &half, sizeof half);
            }
            if (layout.scales == Scales::Power)
                for (std::size_t i = supers; i < all; ++i)
                    header[i] = std::uint8_t(120 + header[i] % 16);
        }
    return weights;
}

/// Activations of 8 bits by their definition.
std::vector<float> rounded(const PackedLayout& layout, std::vector<float> x, std::size_t tokens)
{
    const std::size_t run = layout.activations == Activations8::Q8_0         ? 32
        : layout.activations == Activations8::Q8_K || isSuper(layout.scales) ? layout.blockColumns
                                                                             : layout.lineColumns;
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t c = 0; c < layout.columns; c += run) {
            float* const from = x.data() + t * layout.columns + c;
            const std::size_t count = std::min(run, layout.columns - c);
            float extreme = 0;
            for (std::size_t i = 0; i < count; ++i)
                if (std::abs(from[i]) > std::abs(extreme))
                    extreme = from[i];
            if (extreme == 0)
                continue;
            float factor = 127 / std::abs(extreme), scale = std::abs(extreme) / 127;
            if (layout.activations == Activations8::Q8_0)
                scale = roundToHalf(scale);
            if (layout.activations == Activations8::Q8_K) {
                factor = -127 / extreme;
                scale = 1 / factor;
            }
            for (std::size_t i = 0; i < count; ++i)
                from[i] = std::nearbyint(from[i] * factor) * scale;
        }
    return x;
}

struct Shape {
    std::size_t tokens, rows, blocks, shortBy;
};
constexpr Shape shapes[] = {{1, 1, 1, 0},  {1, 33, 2, 5}, {1, 70, 1, 0},
                            {2, 17, 1, 0}, {7, 49, 2, 5}, {19, 34, 1, 3}};

void checkShape(
    const FormatLayout& format, const Shape& shape, ActivationMode mode, bool tiles, Random& random)
{
    const std::size_t element = isSuper(format.scales) || format.line > 128 ? 256 : format.line;
    const std::size_t columns = element * shape.blocks * (element < 64 ? 5 : 1) - shape.shortBy,
                      tokens = shape.tokens, rows = shape.rows;
    const PackedLayout layout =
        packedLayout(format, {std::make_shared<const Blocks>(element), {rows, columns}}).value();
    const PackedWeights weights = randomWeights(layout, random);
    const std::vector<float> x = random.numbers(tokens * columns);
    const bool floats = mode == ActivationMode::Exact || (tokens > 1 && alwaysDecodesColumns(layout));
    const std::vector<float> seen = floats ? x : rounded(layout, x, tokens);
    constexpr float guard = -7.25e30f;
    std::vector<float> room(64 + tokens * rows + 64, guard);
    const auto y = std::span(room).subspan(64, tokens * rows);
    chooseTileUnit(tiles ? &emulatedTileUnit : nullptr);
    const auto activations = makeActivations(layout, x, tokens, mode);
    if (tokens == 1)
        multiplyColumn(weights, activations, y);
    else if (decodesColumns(layout, mode))
        decodedColumns(weights, x, tokens, y, {});
    else
        multiplyColumns(weights, activations, y, {});
    chooseTileUnit(nullptr);
    const std::string name = fmt::format(
        "{} bits, levels {}, scales {}, lines of {}, mode {}{}: {} tokens, {} x {}", format.bits,
        int(format.levels), int(format.scales), format.line, int(mode), tiles ? ", tiles" : "", tokens, rows,
        columns);
    check(
        std::all_of(room.begin(), room.begin() + 64, [](float f) { return f == guard; })
            && std::all_of(room.end() - 64, room.end(), [](float f) { return f == guard; }),
        name + " writes outside of the result");
    std::vector<float> row(columns);
    for (std::size_t r = 0; r < rows; ++r) {
        weights.decodeRow(r, row);
        for (std::size_t t = 0; t < tokens; ++t) {
            double expected = 0, size = 0;
            for (std::size_t c = 0; c < columns; ++c) {
                const double term = double(row[c]) * double(seen[t * columns + c]);
                expected += term;
                size += std::abs(term);
            }
            // Offsets cancel: their sums are as large as those of the codes.
            const double tolerance = mode == ActivationMode::Exact ? 2e-6 : 3e-5;
            check(
                std::abs(double(y[t * rows + r]) - expected) <= tolerance * size + 1e-30,
                fmt::format("{}: [{}, {}] is {}, expected {}", name, t, r, y[t * rows + r], expected));
        }
    }
}

} // namespace

void checkPackedProducts()
{
    Random random(1);
    for (const FormatLayout& format : layouts())
        for (const Shape& shape : shapes)
            for (const auto mode : {ActivationMode::Exact, ActivationMode::EightBit})
                for (const bool tiles : {false, true})
                    if (!tiles || shape.tokens > 1)
                        checkShape(format, shape, mode, tiles, random);
}

} // namespace tritloom::checks
