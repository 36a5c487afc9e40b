#include "compute/vulkan/coded_weights.h"

#include "compute/cpu/coded_format.h"
#include "core/base/half.h"
#include "core/base/parallel.h"

#include "shaders/all.h"

#include <bit>
#include <cstring>

namespace tritloom::vulkan {
namespace {

constexpr std::size_t lineHeader = 2 * sizeof(float);

std::size_t lineBytes(const cpu::FormatLayout& layout)
{
    return lineHeader + (layout.line * layout.bits + 31) / 32 * sizeof(std::uint32_t);
}

float halfAt(const std::uint8_t* at)
{
    std::uint16_t bits;
    std::memcpy(&bits, at, sizeof bits);
    return halfToFloat(bits);
}

/// Scale and offset of a line as the CPU's reader gives them.
std::array<float, 2> numbersOf(cpu::Scales scales, const std::uint8_t* line)
{
    std::array<float, 2> numbers{};
    switch (scales) {
    case cpu::Scales::Half:
        return {halfAt(line), 0};
    case cpu::Scales::HalfZero:
        return {halfAt(line), -halfAt(line) * halfAt(line + 2)};
    case cpu::Scales::HalfPlanes:
        return {halfAt(line), halfAt(line + 2)};
    case cpu::Scales::SingleZero:
        std::memcpy(numbers.data(), line, sizeof numbers);
        return {numbers[0], -numbers[0] * numbers[1]};
    default: // SingleLine
        std::memcpy(numbers.data(), line, sizeof numbers);
        return numbers;
    }
}

void putFields(const std::uint8_t* codes, std::size_t count, unsigned bits, std::byte* to)
{
    for (std::size_t i = 0; i < count; i += 8, to += bits) { // eight fields fill whole bytes
        std::uint64_t eight = 0;
        for (unsigned f = 0; f < 8; ++f)
            eight |= std::uint64_t{codes[i + f]} << (f * bits);
        std::memcpy(to, &eight, bits);
    }
}

} // namespace

std::optional<FormatRow> codedRow(const NumberFormat& format)
{
    const auto coded = cpu::codedFormat(format);
    if (!coded)
        return std::nullopt;
    const cpu::FormatLayout& layout = coded->layout;
    FormatRow row{
        .shader = &shaders::multiply_coded,
        .constants = {layout.bits, 0, std::uint32_t(layout.zero), std::bit_cast<std::uint32_t>(layout.unit)},
        .hasTable = layout.levels != cpu::Levels::Whole,
        .lineElements = layout.line,
        .lineBytes = lineBytes(layout)};
    if (row.hasTable)
        row.constants[1] = 1u << layout.bits;
    else if (layout.scales == cpu::Scales::HalfPlanes)
        row.constants[1] = 1;
    return row;
}

std::vector<std::byte> codedBytes(const Tensor& weights)
{
    const NumberFormat& format = *weights.type().format;
    const cpu::PackedFormat coded = *cpu::codedFormat(format);
    const cpu::FormatLayout& layout = coded.layout;
    const std::size_t elements = format.blockElements(), lines = elements / layout.line,
                      blocks = weights.type().rowBytes() / format.blockBytes(), bytes = lineBytes(layout),
                      given = cpu::lineBytes(layout.scales);
    const std::size_t rowsEnd = weights.type().rows() * blocks * lines * bytes,
                      levels = std::size_t{1} << layout.bits;
    std::vector<std::byte> made(
        layout.levels == cpu::Levels::Whole ? rowsEnd : tablePlace(rowsEnd) + levels * sizeof(float));
    for (std::size_t code = 0; layout.levels != cpu::Levels::Whole && code < levels; ++code) {
        const float level =
            layout.levels == cpu::Levels::Sign ? 2 * float(code) - 1 : layout.table[code] * layout.unit;
        std::memcpy(made.data() + tablePlace(rowsEnd) + code * sizeof level, &level, sizeof level);
    }
    parallelFor(weights.type().rows(), 16, [&](std::size_t begin, std::size_t end) {
        std::vector<std::uint8_t> codes(elements), numbers(lines * given);
        for (std::size_t row = begin; row < end; ++row) {
            const std::byte* from = weights.row(row).data();
            std::byte* to = made.data() + row * blocks * lines * bytes;
            for (std::size_t b = 0; b < blocks; ++b, from += format.blockBytes()) {
                coded.read(from, elements, codes.data(), nullptr, numbers.data());
                for (std::size_t l = 0; l < lines; ++l, to += bytes) {
                    const auto line = numbersOf(layout.scales, numbers.data() + l * given);
                    std::memcpy(to, line.data(), lineHeader);
                    putFields(codes.data() + l * layout.line, layout.line, layout.bits, to + lineHeader);
                }
            }
        }
    });
    return made;
}

} // namespace tritloom::vulkan
