// Sums of the products of one line of two panels with some tokens. Included once per instruction set.
#if defined(TRITLOOM_CPU_TILE_SUMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TRITLOOM_CPU_TILE_SUMS_INL_H
#undef TRITLOOM_CPU_TILE_SUMS_INL_H
#else
#define TRITLOOM_CPU_TILE_SUMS_INL_H
#endif

#include "compute/cpu/packed/decode-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {

/// How large the codes are, which says how many products fit 16 bits where there is no instruction for byte
/// dots; where there is one, all are `Byte`. Level: 8 bits around 128, see signCodes().
enum class CodeSize { Nibble, Seven, Byte, Level };

/// A line's codes of each panel; after signCodes() their magnitudes, and levels.
struct LineCodes {
    const std::uint8_t *codes[tilePanels], *levels[tilePanels];

    [[nodiscard]] HWY_INLINE ByteVector codesOf(std::size_t panel, std::size_t step) const
    {
        return hn::LoadU(Bytes(), codes[panel] + step * unitBytes);
    }
    [[nodiscard]] HWY_INLINE ByteVector levelsOf(std::size_t panel, std::size_t step) const
    {
        return hn::LoadU(Bytes(), levels[panel] + step * unitBytes);
    }
};

/// Adds the products of a line's columns, `Steps` of four (0: `count`, whole spans). x: of each token.
template <CodeSize Size, std::size_t Tokens, std::size_t Steps>
HWY_INLINE void addColumns(
    IntVector (&sums)[tilePanels][Tokens], const LineCodes& line, const std::int8_t* x,
    std::size_t tokenStride, std::size_t count)
{
#if HWY_ARCH_X86
    if constexpr (hasWordSums && Size == CodeSize::Nibble) {
        constexpr std::size_t run = Steps != 0 ? Steps : steps;
        for (std::size_t begin = 0; begin < count; begin += run) {
            WordVector words[tilePanels][Tokens];
            for (auto& ofPanel : words)
                for (WordVector& ofToken : ofPanel)
                    ofToken = hn::Zero(Words());
#pragma GCC unroll 8
            for (std::size_t s = begin; s < begin + run; ++s) {
                const ByteVector codes[] = {line.codesOf(0, s), line.codesOf(1, s)};
                for (std::size_t t = 0; t < Tokens; ++t) {
                    const auto four = broadcast(x + t * tokenStride + 4 * s);
                    for (std::size_t p = 0; p < tilePanels; ++p)
                        words[p][t] = addPairs(words[p][t], codes[p], four);
                }
            }
            for (std::size_t p = 0; p < tilePanels; ++p)
                for (std::size_t t = 0; t < Tokens; ++t)
                    sums[p][t] = addWords(sums[p][t], words[p][t], 1);
        }
        return;
    }
#endif
#pragma GCC unroll 8
    for (std::size_t s = 0; s < (Steps != 0 ? Steps : count); ++s) {
        const ByteVector codes[] = {line.codesOf(0, s), line.codesOf(1, s)};
#pragma GCC unroll 8
        for (std::size_t t = 0; t < Tokens; ++t) {
            const auto four = broadcast(x + t * tokenStride + 4 * s);
            for (std::size_t p = 0; p < tilePanels; ++p)
#if HWY_ARCH_X86
                if constexpr (Size == CodeSize::Level)
                    sums[p][t] = addWords(sums[p][t], levelProducts(codes[p], line.levelsOf(p, s), four), 1);
                else
#endif
                    sums[p][t] = dot<Size == CodeSize::Byte>(sums[p][t], codes[p], four);
        }
    }
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
