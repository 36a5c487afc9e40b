#include "compute/cpu/kernels.h"

#include "compute/cpu/coded_format.h"
#include "compute/cpu/packed/readers.h"

#include <string_view>

namespace tritloom::cpu {
namespace {

using std::string_view;

using BlockFunction =
    void (*)(const std::byte*, std::size_t, std::uint8_t*, std::uint8_t*, std::uint8_t*); // a BlockReader

struct KernelRow {
    string_view format; ///< a format id, or the beginning of a family of them
    PackedFormat (*describe)(const NumberFormat&);
};

template <unsigned Bits, Scales S, int Zero, std::size_t Line, Activations8 A, BlockFunction Read>
PackedFormat whole(const NumberFormat&)
{
    return {{.bits = Bits, .scales = S, .zero = Zero, .line = Line, .activations = A}, Read};
}

template <unsigned Bits>
PackedFormat integer(const NumberFormat& format)
{
    constexpr unsigned middle = 1u << (Bits - 1);
    const std::size_t group = format.blockElements();
    if (format.id().ends_with('a'))
        return {{.bits = Bits, .scales = Scales::HalfLine, .line = group}, readers::fields<Bits, 4, 0>};
    return {{.bits = Bits, .zero = int(middle), .line = group}, readers::fields<Bits, 2, middle>};
}

PackedFormat ternary(const NumberFormat& format)
{
    return {{.bits = 2, .zero = 1, .line = format.blockElements()}, readers::fields<2, 2, 0>};
}

PackedFormat sign(const NumberFormat&)
{
    return {{.bits = 1, .levels = Levels::Sign, .zero = 1, .line = 128}, readers::fields<1, 2, 0>};
}

/// The 16 levels as the format itself gives them for a scale of 1.
LevelsByCode tableOf(const NumberFormat& format, std::span<const std::byte> unitBlock)
{
    LevelsByCode table{};
    format.levels(unitBlock, 0, std::span(table).first(16));
    return table;
}

/// A block whose header makes the scale of the first line 1.
template <std::size_t N>
std::vector<std::byte> unitBlock(const NumberFormat& format, const std::array<unsigned char, N>& header)
{
    std::vector<std::byte> block(format.blockBytes());
    std::memcpy(block.data(), header.data(), N);
    return block;
}

constexpr std::array<unsigned char, 2> halfOne{0x00, 0x3c};

PackedFormat normalFloat(const NumberFormat& format)
{
    return {
        {.levels = Levels::Fraction,
         .line = format.blockElements(),
         .table = tableOf(format, unitBlock(format, halfOne))},
        readers::fields<4, 2, 0>};
}

PackedFormat nonlinear(const NumberFormat& format)
{
    return {
        {.levels = Levels::Table,
         .zero = 128,
         .activations = Activations8::Q8_0,
         .table = tableOf(format, unitBlock(format, halfOne))},
        readers::nibbleBlock<2>};
}

PackedFormat nonlinearSuper(const NumberFormat& format)
{
    // Scale 33 - 32 of sub-block 0: low nibble 1, high pair 2.
    const std::array<unsigned char, 5> header{0x00, 0x3c, 0x02, 0x00, 0x01};
    return {
        {.levels = Levels::Table,
         .scales = Scales::Super,
         .zero = 128,
         .activations = Activations8::Q8_K,
         .table = tableOf(format, unitBlock(format, header))},
        readers::iq4_xs};
}

template <Scales S, std::size_t Line, unsigned char One, BlockFunction Read>
PackedFormat miniFloat(const NumberFormat& format)
{
    return {
        {.levels = Levels::Table,
         .scales = S,
         .zero = 12,
         .line = Line,
         .activations = Activations8::Q8_0,
         .table = tableOf(format, unitBlock(format, std::array<unsigned char, 1>{One}))},
        Read};
}

constexpr auto q8_0 = Activations8::Q8_0, q8_k = Activations8::Q8_K;

// The packed products of formats with a structure of their own. What is codes under lines needs no row: see
// coded_format.h. Each is tested on every instruction set, one column and many.
constexpr KernelRow rows[] = {
    {"int2g", integer<2>},
    {"int3g", integer<3>},
    {"int4g", integer<4>},
    {"int5g", integer<5>},
    {"int6g", integer<6>},
    {"int7g", integer<7>},
    {"int8g", integer<8>},
    {"nf4g", normalFloat},
    {"ternaryg", ternary},
    {"q4_0", whole<4, Scales::Half, 8, 32, q8_0, readers::nibbleBlock<2>>},
    {"q4_1", whole<4, Scales::HalfLine, 0, 32, q8_0, readers::nibbleBlock<4>>},
    {"q5_0", whole<5, Scales::Half, 16, 32, q8_0, readers::fiveBitBlock<2>>},
    {"q5_1", whole<5, Scales::HalfLine, 0, 32, q8_0, readers::fiveBitBlock<4>>},
    {"q8_0", whole<8, Scales::Half, 128, 32, q8_0, readers::q8_0>},
    {"q2_k", whole<2, Scales::NibbleLine, 0, 16, q8_k, readers::q2_k>},
    {"q3_k", whole<3, Scales::Super, 4, 16, q8_k, readers::q3_k>},
    {"q4_k", whole<4, Scales::SuperLine, 0, 32, q8_k, readers::q4_k>},
    {"q5_k", whole<5, Scales::SuperLine, 0, 32, q8_k, readers::q5_k>},
    {"q6_k", whole<6, Scales::Super, 32, 16, q8_k, readers::q6_k>},
    {"iq4_nl", nonlinear},
    {"iq4_xs", nonlinearSuper},
    {"mxfp4", miniFloat<Scales::Power, 32, 128, readers::nibbleBlock<1>>},
    {"nvfp4", miniFloat<Scales::Mini, 16, 0x40, readers::nvfp4>},
    {"tq1_0", whole<2, Scales::Half, 1, 256, q8_k, readers::tq1_0>},
    {"tq2_0", whole<2, Scales::Half, 1, 256, q8_k, readers::tq2_0>},
    {"q2_0", whole<2, Scales::Half, 1, 64, Activations8::Line, readers::fields<2, 2, 0>>},
    {"q1_0", sign},
};

} // namespace

std::optional<PackedFormat> packedFormatOf(const NumberFormat& format)
{
    const std::string id = format.id();
    for (const KernelRow& row : rows)
        if (id.starts_with(row.format))
            return row.describe(format);
    return codedFormat(format);
}

} // namespace tritloom::cpu
