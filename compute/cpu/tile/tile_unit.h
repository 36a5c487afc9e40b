#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// A unit of the processor that multiplies whole tiles, as Intel's AMX: eight registers of 16 rows of 64
/// bytes.
///
/// c (16 tokens x 16 rows of weights) += a (16 tokens x columns) * b (columns x 16 rows of weights), where b
/// holds, in each of its rows, four columns of 8 bits (two of bf16) of each row of weights beside each other:
/// what packed/layout.h calls a unit.
namespace tritloom::cpu {

inline constexpr std::size_t tileTokens = 16, tileRowBytes = 64, sumsOfTile = 256;
inline constexpr std::size_t tileColumns = 64; ///< of 8 bits

/// Shapes of the registers, as the instruction LDTILECFG reads them (Intel's manual, palette 1).
struct alignas(64) TileConfig {
    std::uint8_t palette = 1, startRow = 0;
    std::uint8_t reserved[14]{};
    std::uint16_t rowBytes[16]{}; ///< 0 where there is no register
    std::uint8_t rows[16]{};
};
static_assert(sizeof(TileConfig) == 64);

/// Registers 0 to 3 for sums, 4 and 5 for tokens, 6 and 7 for weights. depth: columns of 8 bits multiplied at
/// once, 4 to 64 and a multiple of 4.
[[nodiscard]] TileConfig tileConfig(std::size_t depth);

/// Products in whole numbers of up to 32 tokens and 32 rows of weights, line by line.
///
/// Tokens and weights may have several digits of 8 bits, highest first. Products of digits i and j add to the
/// sums of order i + j, which count 256 times as much as those of the next order.
struct TileProduct {
    const std::int8_t* tokens = nullptr; ///< of the first line; 16 tokens of each tile are read
    std::size_t tokenStride = 0, digitStride = 0, digits = 1; ///< strides in bytes
    const std::uint8_t* codes = nullptr; ///< of the first line; [columns / 4][64] for each 16 rows
    std::size_t panelStride = 0, codeDigitStride = 0, codeDigits = 1; ///< strides in bytes
    std::size_t lines = 1, columns = tileColumns; ///< columns: of a line, a multiple of depth
    std::size_t depth = tileColumns; ///< as configured
    std::int32_t* sums = nullptr; ///< [line][order][tile of tokens][panel][token][row]

    [[nodiscard]] std::size_t orders() const { return digits + codeDigits - 1; }
};

/// Products of bf16 of up to 32 tokens and 32 rows of weights, added to sums of f32.
///
/// Tokens and weights may be sums of several bf16, largest first. Products of parts i and j with i + j below
/// `orders` count; what is left out is that much smaller. Numbers below 1.2e-38 count as 0.
struct TileFloatProduct {
    const std::uint16_t* tokens = nullptr; ///< 16 tokens of each tile are read
    std::size_t tokenStride = 0, partStride = 0, parts = 1; ///< strides in numbers
    const std::uint16_t* weights = nullptr; ///< [columns / 2][16 rows][2] for each 16 rows
    std::size_t panelStride = 0, weightPartStride = 0, weightParts = 1; ///< strides in numbers
    std::size_t columns = 32, orders = 1; ///< columns: a multiple of 32
    float* sums = nullptr; ///< [token][sumStride]: 32 rows of each token
    std::size_t sumStride = 32; ///< in numbers
};

/// The kernels of one unit. All work on the registers of the calling thread, between configure() and
/// release().
struct TileUnit {
    std::string_view name;
    void (*configure)(const TileConfig&);
    void (*release)();
    /// Codes of -128..127, for one or two tiles of tokens.
    void (*multiplySigned)(const TileProduct&, std::size_t tokenTiles);
    /// Codes of 0..255.
    void (*multiplyUnsigned)(const TileProduct&, std::size_t tokenTiles);
    /// Configured with tileConfig(tileColumns), as what follows.
    void (*multiplyFloats)(const TileFloatProduct&, std::size_t tokenTiles);
    /// Products of registers for a while, of bytes and of bf16: how many operations, two a product.
    double (*byteWork)(std::size_t rounds);
    double (*floatWork)(std::size_t rounds);
};

/// Keeps the registers of this thread configured. No other user of them, and no task of a pool that may be
/// one, runs on the thread meanwhile.
class TileScope {
public:
    TileScope(const TileUnit& unit, std::size_t depth)
        : m_unit(unit)
    {
        unit.configure(tileConfig(depth));
    }
    ~TileScope() { m_unit.release(); }
    TileScope(const TileScope&) = delete;
    TileScope& operator=(const TileScope&) = delete;

private:
    const TileUnit& m_unit;
};

/// AMX, or null where processor, hypervisor or kernel do not give all of it. Asked once a process. Any
/// thread.
[[nodiscard]] const TileUnit* amxUnit();
/// Why there is none; empty where there is one. Any thread.
[[nodiscard]] std::string_view amxAbsence();

/// The unit that products of many columns use from now on; null for none. Process-wide, any thread.
void chooseTileUnit(const TileUnit* unit);
[[nodiscard]] const TileUnit* chosenTileUnit();

} // namespace tritloom::cpu
