// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/packed/product.h"

#include "compute/cpu/chunks.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/packed/product.cpp"
#include "hwy/foreach_target.h" // IWYU pragma: keep

#include "compute/cpu/packed/column-inl.h" // after it

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {

/// Each stream of weights is a run of panels, so that what it asks for ahead is what it comes to.
template <class W, std::size_t Digits>
void MultiplyPanels(
    const PackedWeights& weights, const Activations& x, std::size_t begin, std::size_t end, float* y)
{
    const std::size_t run = (end - begin + panelsAtOnce - 1) / panelsAtOnce;
    float nowhere[panelRows];
    for (std::size_t i = 0; i < run; ++i)
        for (std::size_t row = 0; row < panelRows; row += groupsOfPanel * lanes) {
            std::size_t panels[groups];
            std::size_t first[groups];
            float* to[groups];
            for (std::size_t g = 0; g < groups; ++g) {
                const std::size_t panel = begin + g / groupsOfPanel * run + i;
                panels[g] = panel < end ? panel : begin + i; // once more
                first[g] = row + g % groupsOfPanel * lanes;
                to[g] = panel < end ? y + (panel - begin) * panelRows + first[g] : nowhere;
            }
            if constexpr (W::L == Levels::Fraction && W::Bits > 4 && HWY_TARGET != HWY_AVX3_DL)
                gatherGroups<W, Digits>(weights, panels, first, x, to);
            else
                multiplyGroups<W, Digits>(weights, panels, first, x, to);
        }
}

using Kernel = void (*)(const PackedWeights&, const Activations&, std::size_t, std::size_t, float*);

struct KernelRow {
    unsigned bits;
    Levels levels;
    Scales scales;
    LineKind kind;
    bool wide;
    Kernel exact, eightBit;
};

template <unsigned Bits, Levels L, Scales S, LineKind Kind, bool Wide = Bits == 8>
constexpr KernelRow row()
{
    using W = Weights<Bits, L, S, Kind, Wide>;
    return {Bits, L, S, Kind, Wide, MultiplyPanels<W, 3>, MultiplyPanels<W, 1>};
}

template <unsigned Bits>
constexpr std::array<KernelRow, 6> wholeRows()
{
    using enum LineKind;
    return {
        row<Bits, Levels::Whole, Scales::Half, Sixteen>(),
        row<Bits, Levels::Whole, Scales::Half, ThirtyTwo>(),
        row<Bits, Levels::Whole, Scales::Half, Long>(),
        row<Bits, Levels::Whole, Scales::HalfLine, Sixteen>(),
        row<Bits, Levels::Whole, Scales::HalfLine, ThirtyTwo>(),
        row<Bits, Levels::Whole, Scales::HalfLine, Long>()};
}

/// Formats that say only that they have codes: offsets that are no halves, SingleLine, HalfZero or
/// SingleZero, which are told apart line by line. 5 to 7 bits take 8.
template <unsigned Bits>
constexpr std::array<KernelRow, 2> singleRows()
{
    return {
        row<Bits, Levels::Whole, Scales::SingleLine, LineKind::ThirtyTwo>(),
        row<Bits, Levels::Whole, Scales::SingleLine, LineKind::Long>()};
}

/// Tables of whole numbers with half-precision scales.
template <unsigned Bits>
constexpr std::array<KernelRow, 4> tableRows()
{
    using enum LineKind;
    return {
        row<Bits, Levels::Table, Scales::Half, ThirtyTwo>(),
        row<Bits, Levels::Table, Scales::Half, ThirtyTwo, true>(),
        row<Bits, Levels::Table, Scales::Half, Long>(),
        row<Bits, Levels::Table, Scales::Half, Long, true>()};
}

/// More than 16 levels that are no whole numbers.
template <unsigned Bits>
constexpr std::array<KernelRow, 2> levelRows()
{
    return {
        row<Bits, Levels::Fraction, Scales::Half, LineKind::ThirtyTwo, true>(),
        row<Bits, Levels::Fraction, Scales::Half, LineKind::Long, true>()};
}

/// Any bits with half-precision scales, and what single formats need.
Kernel kernelFor(const PackedLayout& layout, bool exact)
{
    using enum LineKind;
    static constexpr std::array<KernelRow, 6> whole[] = {wholeRows<2>(), wholeRows<3>(), wholeRows<4>(),
                                                         wholeRows<5>(), wholeRows<6>(), wholeRows<7>(),
                                                         wholeRows<8>()};
    static constexpr std::array<KernelRow, 2> single[] = {
        singleRows<2>(), singleRows<3>(), singleRows<4>(), singleRows<8>()};
    static constexpr std::array<KernelRow, 4> tables[] = {tableRows<3>(), tableRows<4>()};
    static constexpr std::array<KernelRow, 2> levels[] = {levelRows<5>(), levelRows<6>(), levelRows<8>()};
    static constexpr KernelRow others[] = {
        row<2, Levels::Whole, Scales::NibbleLine, Sixteen>(),
        row<3, Levels::Whole, Scales::Super, Sixteen>(),
        row<6, Levels::Whole, Scales::Super, Sixteen>(),
        row<4, Levels::Whole, Scales::SuperLine, ThirtyTwo>(),
        row<5, Levels::Whole, Scales::SuperLine, ThirtyTwo>(),
        row<2, Levels::Whole, Scales::SingleLine, Sixteen>(),
        row<4, Levels::Whole, Scales::SingleLine, Sixteen>(),
        row<2, Levels::Whole, Scales::HalfPlanes, ThirtyTwo>(),
        row<2, Levels::Whole, Scales::HalfPlanes, Long>(),
        row<1, Levels::Sign, Scales::Half, ThirtyTwo>(),
        row<1, Levels::Sign, Scales::Half, Long>(),
        row<4, Levels::Table, Scales::Half, Sixteen>(),
        row<4, Levels::Table, Scales::Half, Sixteen, true>(),
        row<4, Levels::Table, Scales::Super, ThirtyTwo, true>(),
        row<4, Levels::Table, Scales::Power, ThirtyTwo>(),
        row<4, Levels::Table, Scales::Mini, Sixteen>(),
        row<4, Levels::Fraction, Scales::Half, Sixteen, true>(),
        row<4, Levels::Fraction, Scales::Half, ThirtyTwo, true>(),
        row<4, Levels::Fraction, Scales::Half, Long, true>(),
        row<8, Levels::Fraction, Scales::SingleLine, ThirtyTwo, true>(),
        row<8, Levels::Fraction, Scales::SingleLine, Long, true>()};
    const LineKind kind = layout.lineColumns == 16 ? Sixteen : layout.lineColumns == 32 ? ThirtyTwo : Long;
    const bool wide = layout.levels == Levels::Fraction || hasWideCodes(layout);
    const bool hasZeros = layout.scales == Scales::HalfZero || layout.scales == Scales::SingleZero;
    const Scales scales = hasZeros ? Scales::SingleLine : layout.scales;
    const auto find = [&](std::span<const KernelRow> rows) -> Kernel {
        for (const KernelRow& row : rows)
            if (row.bits == layout.bits && row.levels == layout.levels && row.scales == scales
                && row.kind == kind && row.wide == wide)
                return exact ? row.exact : row.eightBit;
        return nullptr;
    };
    const auto findAmong = [&](const auto& lists) -> Kernel {
        for (const auto& rows : lists)
            if (const Kernel found = find(rows))
                return found;
        return nullptr;
    };
    if (const Kernel found = findAmong(whole))
        return found;
    if (const Kernel found = findAmong(single))
        return found;
    if (const Kernel found = findAmong(tables))
        return found;
    if (const Kernel found = findAmong(levels))
        return found;
    return find(others);
}

/// y: results of whole panels, from `begin` on.
void MultiplyColumn(
    const PackedWeights& weights, const Activations& x, std::size_t begin, std::size_t end, float* y)
{
    if (const Kernel kernel = kernelFor(weights.layout, x.digits == 3))
        return kernel(weights, x, begin, end, y);
    // A layout that has no row above: a test of all formats sees it.
    std::fill_n(y, (end - begin) * panelRows, std::numeric_limits<float>::quiet_NaN());
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom::cpu {

HWY_EXPORT(MultiplyColumn);

void multiplyColumn(const PackedWeights& weights, const Activations& x, std::span<float> y)
{
    const PackedLayout& layout = weights.layout;
    const std::size_t grain = chunkOf(layout.panels, layout.panelBytes(), 4);
    const std::size_t whole = y.size() / panelRows;
    parallelFor(layout.panels, grain, [&](std::size_t begin, std::size_t end) {
        const auto multiply = HWY_DYNAMIC_DISPATCH(MultiplyColumn);
        multiply(weights, x, begin, std::min(end, whole), y.data() + begin * panelRows);
        if (end > whole) {
            std::array<float, panelRows> last;
            multiply(weights, x, whole, whole + 1, last.data());
            std::copy_n(last.begin(), y.size() - whole * panelRows, y.data() + whole * panelRows);
        }
    });
}

} // namespace tritloom::cpu
#endif
