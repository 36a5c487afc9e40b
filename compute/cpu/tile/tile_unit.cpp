#include "compute/cpu/tile/tile_unit.h"

#include <atomic>

namespace tritloom::cpu {
namespace {

std::atomic<const TileUnit*> chosen{nullptr};

} // namespace

TileConfig tileConfig(std::size_t depth)
{
    TileConfig config;
    for (std::size_t i = 0; i < 8; ++i) {
        config.rowBytes[i] = std::uint16_t(i == 4 || i == 5 ? depth : 64);
        config.rows[i] = std::uint8_t(i < 6 ? tileTokens : depth / 4);
    }
    return config;
}

void chooseTileUnit(const TileUnit* unit)
{
    chosen = unit;
}

const TileUnit* chosenTileUnit()
{
    return chosen;
}

} // namespace tritloom::cpu
