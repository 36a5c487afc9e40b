#include "compute/cpu/packed/packed_weights.h"

#include "core/base/half.h"
#include "core/base/parallel.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

namespace tritloom::cpu {

std::optional<PackedLayout> packedLayout(const FormatLayout& format, const TensorType& type)
{
    PackedLayout layout;
    static_cast<FormatLayout&>(layout) = format;
    layout.rows = type.rows();
    layout.columns = type.columns();
    if (layout.rows == 0 || layout.columns == 0 || (format.line != 16 && format.line % spanColumns != 0))
        return std::nullopt;
    const std::size_t element = type.format->blockElements();
    const std::size_t whole = (layout.columns + element - 1) / element * element;
    layout.paddedColumns = (whole + spanColumns - 1) / spanColumns * spanColumns;
    layout.lineColumns = format.line;
    if (format.line > mostBlockColumns) // a long line is cut into equal parts of whole spans
        for (layout.lineColumns = mostBlockColumns; format.line % layout.lineColumns != 0;)
            layout.lineColumns -= spanColumns;
    layout.blockColumns = mostBlockColumns / layout.lineColumns * layout.lineColumns;
    layout.blockColumns = std::min(layout.blockColumns, layout.paddedColumns);
    layout.blocks = (layout.paddedColumns + layout.blockColumns - 1) / layout.blockColumns;
    layout.panels = (layout.rows + panelRows - 1) / panelRows;
    constexpr double dyadic = 1 << 22;
    if (std::ranges::all_of(layout.table, [](float level) {
            return double(level) * dyadic == std::nearbyint(double(level) * dyadic);
        }))
        layout.fractionUnits = dyadic;
    for (std::size_t code = 0; code < layout.table.size(); ++code) {
        const int level = layout.levels == Levels::Fraction
            ? (1 << 23) + int(std::lround(double(layout.table[code]) * layout.fractionUnits))
            : (int(layout.table[code]) + layout.zero) << 16;
        for (std::size_t part = 0; part < layout.levelBytes.size(); ++part)
            layout.levelBytes[part][code] = std::uint8_t(level >> (16 - 8 * part));
    }
    return layout;
}

Result<WeightBuffer> WeightBuffer::allocate(std::size_t bytes)
{
    constexpr std::size_t hugePage = std::size_t{2} << 20;
    WeightBuffer buffer;
    buffer.m_size = bytes;
    const std::size_t alignment = bytes >= 2 * hugePage ? hugePage : unitBytes;
    const std::size_t size = (bytes + unitBytes - 1) / unitBytes * unitBytes;
    void* const memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr)
        return fail(ErrorCode::OutOfMemory, "no memory for {} bytes of weights", bytes);
    if (alignment == hugePage)
        madvise(memory, size, MADV_HUGEPAGE); // a hint: fewer misses of the address cache
    buffer.m_bytes = {static_cast<std::uint8_t*>(memory), [](std::uint8_t* owned) { std::free(owned); }};
    return buffer;
}

namespace {

/// Codes and scales of the 16 rows of a panel, as read. Rows past the end are zeros.
struct PanelInput {
    explicit PanelInput(const PackedLayout& layout)
        : codeStride(layout.paddedColumns)
        , superStride(superBytes(layout.scales) * layout.blocks)
        , lineStride(lineBytes(layout.scales) * (layout.paddedColumns / layout.line + 1))
        , codes(panelRows * codeStride)
        , supers(panelRows * superStride)
        , lines(panelRows * lineStride)
    {
    }
    std::size_t codeStride, superStride, lineStride;
    std::vector<std::uint8_t> codes, supers, lines;
};

void readRow(
    const Tensor& weights, const PackedLayout& layout, const BlockReader& read, std::size_t row,
    PanelInput& input)
{
    const NumberFormat& format = *weights.type().format;
    const std::size_t elements = format.blockElements(), bytes = format.blockBytes(),
                      blocks = weights.type().rowBytes() / bytes, place = row % panelRows;
    const std::byte* from = weights.row(row).data();
    std::uint8_t* codes = input.codes.data() + place * input.codeStride;
    std::uint8_t* super = input.supers.data() + place * input.superStride;
    std::uint8_t* lines = input.lines.data() + place * input.lineStride;
    for (std::size_t b = 0; b < blocks; ++b) {
        read(from, elements, codes, super, lines);
        from += bytes;
        codes += elements;
        super += superBytes(layout.scales);
        lines += elements / layout.line * lineBytes(layout.scales);
    }
}

/// units[s] of 64 bytes: columns 4s..4s+3 of 16 rows.
void gatherUnits(
    const std::uint8_t* __restrict codes, std::size_t stride, std::uint8_t (*__restrict units)[unitBytes])
{
    for (std::size_t row = 0; row < panelRows; ++row)
        for (std::size_t s = 0; s < spanColumns / 4; ++s)
            std::memcpy(units[s] + 4 * row, codes + row * stride + 4 * s, 4);
}

template <unsigned Fields>
void writePlane(
    const std::uint8_t (*__restrict units)[unitBytes], unsigned firstBit, std::uint8_t* __restrict out)
{
    constexpr unsigned bits = 8 / Fields, mask = (1u << bits) - 1;
    for (std::size_t u = 0; u < spanColumns / 4 / Fields; ++u) {
        for (std::size_t i = 0; i < unitBytes; ++i) {
            std::uint8_t byte = 0; // eight bits throughout: sixteen lanes a vector
            for (unsigned f = 0; f < Fields; ++f)
                byte = std::uint8_t(
                    byte
                    | std::uint8_t(std::uint8_t(units[u * Fields + f][i] >> firstBit) & mask) << (f * bits));
            out[u * unitBytes + i] = byte;
        }
    }
}

std::uint8_t* writeSpan(const std::uint8_t (*units)[unitBytes], unsigned bits, std::uint8_t* out)
{
    if (bits == 8) {
        std::memcpy(out, units, 8 * unitBytes);
        return out + 8 * unitBytes;
    }
    unsigned first = 0;
    if (bits & 4) {
        writePlane<2>(units, first, out);
        out += 4 * unitBytes;
        first += 4;
    }
    if (bits & 2) {
        writePlane<4>(units, first, out);
        out += 2 * unitBytes;
        first += 2;
    }
    if (bits & 1) {
        writePlane<8>(units, first, out);
        out += unitBytes;
    }
    return out;
}

/// `count` fields of `size` bytes of each row, 16 rows of a field beside each other.
std::uint8_t* writeFields(
    const std::uint8_t* from, std::size_t stride, std::size_t size, std::size_t count, std::uint8_t* out)
{
    for (std::size_t field = 0; field < count; ++field)
        for (std::size_t row = 0; row < panelRows; ++row, out += size)
            std::memcpy(out, from + row * stride + field * size, size);
    return out;
}

void writePanel(const PackedLayout& layout, const PanelInput& input, std::size_t panel, std::uint8_t* weights)
{
    const std::size_t lineSize = lineBytes(layout.scales);
    const std::size_t fieldSize = numberBytes(layout.scales);
    std::uint8_t units[spanColumns / 4][unitBytes];
    for (std::size_t b = 0; b < layout.blocks; ++b) {
        const std::size_t first = b * layout.blockColumns, columns = layout.columnsOf(b);
        std::uint8_t* out = weights + layout.offsetOf(panel, b);
        if (isSuper(layout.scales))
            out = writeFields(
                input.supers.data() + b * superBytes(layout.scales), input.superStride, 2,
                superBytes(layout.scales) / 2, out);
        for (std::size_t c = first; c < first + columns; c += layout.lineColumns)
            out = writeFields(
                input.lines.data() + c / layout.line * lineSize, input.lineStride, fieldSize,
                lineSize / fieldSize, out);
        for (std::size_t c = first; c < first + columns; c += spanColumns) {
            gatherUnits(input.codes.data() + c, input.codeStride, units);
            out = writeSpan(units, layout.bits, out);
        }
    }
}

float miniScale(unsigned stored)
{
    const unsigned bits = stored & 127;
    if (stored == 127)
        return 0;
    const int exponent = int(bits >> 3), mantissa = int(bits & 7);
    return exponent == 0 ? std::ldexp(float(mantissa), -10) : std::ldexp(float(8 + mantissa), exponent - 11);
}

float halfAt(const std::uint8_t* at)
{
    std::uint16_t bits;
    std::memcpy(&bits, at, sizeof bits);
    return halfToFloat(bits);
}

} // namespace

Result<PackedWeights> repack(const Tensor& weights, const PackedLayout& layout, const BlockReader& read)
{
    PackedWeights packed{layout, TRY(WeightBuffer::allocate(layout.bytes()))};
    if (layout.panels % 2 != 0) // rows that are not there
        std::memset(packed.buffer.data() + layout.offsetOf(layout.panels, 0), 0, layout.panelBytes());
    parallelFor(layout.panels, 4, [&](std::size_t begin, std::size_t end) {
        PanelInput input(layout);
        for (std::size_t p = begin; p < end; ++p) {
            const std::size_t rows = std::min(panelRows, layout.rows - p * panelRows);
            if (rows < panelRows)
                input = PanelInput(layout);
            for (std::size_t r = 0; r < rows; ++r)
                readRow(weights, layout, read, p * panelRows + r, input);
            writePanel(layout, input, p, packed.buffer.data());
        }
    });
    return packed;
}

void PackedWeights::decodeRow(std::size_t row, std::span<float> values) const
{
    const std::size_t place = row % panelRows;
    for (std::size_t b = 0; b < layout.blocks; ++b) {
        const std::size_t columns = layout.columnsOf(b), lines = columns / layout.lineColumns;
        const std::uint8_t* const header = block(row / panelRows, b);
        const std::uint8_t* const perLine = header + panelRows * superBytes(layout.scales);
        const std::uint8_t* const codes = header + layout.headerBytes(lines);
        for (std::size_t c = 0; c < columns && b * layout.blockColumns + c < values.size(); ++c) {
            const std::size_t l = c / layout.lineColumns;
            const std::uint8_t* const line = perLine + l * panelRows * lineBytes(layout.scales);
            float scale = 0, offset = 0, zero = float(layout.zero);
            switch (layout.scales) {
            case Scales::Half:
                scale = halfAt(line + 2 * place);
                break;
            case Scales::HalfLine:
                scale = halfAt(line + 2 * place);
                offset = halfAt(line + 2 * (panelRows + place));
                break;
            case Scales::HalfZero:
                scale = halfAt(line + 2 * place);
                offset = -scale * halfAt(line + 2 * (panelRows + place));
                break;
            case Scales::SingleLine:
                std::memcpy(&scale, line + 4 * place, sizeof scale);
                std::memcpy(&offset, line + 4 * (panelRows + place), sizeof offset);
                break;
            case Scales::SingleZero:
                std::memcpy(&scale, line + 4 * place, sizeof scale);
                std::memcpy(&zero, line + 4 * (panelRows + place), sizeof zero);
                break;
            case Scales::HalfPlanes:
                scale = halfAt(line + 2 * place);
                offset = halfAt(line + 2 * (panelRows + place));
                break;
            case Scales::Super:
                scale = halfAt(header + 2 * place) * float(std::int8_t(line[place]));
                break;
            case Scales::SuperLine:
                scale = halfAt(header + 2 * place) * float(line[place]);
                offset = -(halfAt(header + 2 * (panelRows + place)) * float(line[panelRows + place]));
                break;
            case Scales::NibbleLine:
                scale = halfAt(header + 2 * place) * float(line[place] & 15);
                offset = -(halfAt(header + 2 * (panelRows + place)) * float(line[place] >> 4));
                break;
            case Scales::Power:
                scale = std::bit_cast<float>(
                    line[place] < 2 ? 0x00200000u << line[place] : (line[place] - 1u) << 23);
                break;
            case Scales::Mini:
                scale = miniScale(line[place]);
                break;
            }
            const std::uint8_t* plane = codes + c / spanColumns * layout.bits * unitBytes + 4 * place + c % 4;
            const std::size_t step = c % spanColumns / 4;
            unsigned code = 0, first = 0;
            if (layout.bits == 8)
                code = plane[step * unitBytes];
            for (const unsigned bits : {4u, 2u, 1u}) {
                if (layout.bits == 8 || (layout.bits & bits) == 0)
                    continue;
                const unsigned fields = 8 / bits;
                code |= (unsigned(plane[step / fields * unitBytes]) >> (step % fields * bits)
                         & ((1u << bits) - 1))
                    << first;
                plane += spanColumns / 4 / fields * unitBytes;
                first += bits;
            }
            if (layout.scales == Scales::HalfPlanes) {
                offset *= float(code >> 1);
                code &= 1;
            }
            const float level = layout.levels == Levels::Whole ? float(code) - zero
                : layout.levels == Levels::Sign                ? (code != 0 ? 1.0f : -1.0f)
                                                               : layout.table[code];
            values[b * layout.blockColumns + c] = scale * (level * layout.unit) + offset;
        }
    }
}

} // namespace tritloom::cpu
