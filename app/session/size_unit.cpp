#include "app/session/size_unit.h"

#include <iterator>

namespace tritloom {

SizeUnit sizeUnitOf(std::uint64_t bytes)
{
    constexpr double atMost = 999.5; // what still shows as three digits
    static constexpr const char* names[] = {"B", "kB", "MB", "GB", "TB"};
    SizeUnit unit{1, names[0]};
    for (std::size_t i = 1; i < std::size(names) && double(bytes) >= atMost * unit.bytes; ++i)
        unit = {unit.bytes * 1000, names[i]};
    return unit;
}

} // namespace tritloom
