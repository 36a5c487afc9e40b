#include "app/session/size_unit.h"

#include <iterator>

namespace tritloom {
namespace {

constexpr double atMost = 999.5; ///< what still shows as three digits

SizeUnit unitOf(std::uint64_t bytes, double factor, const char* const (&names)[5])
{
    SizeUnit unit{1, names[0]};
    for (std::size_t i = 1; i < std::size(names) && double(bytes) >= atMost * unit.bytes; ++i)
        unit = {unit.bytes * factor, names[i]};
    return unit;
}

} // namespace

SizeUnit fileUnitOf(std::uint64_t bytes)
{
    static constexpr const char* names[] = {"B", "kB", "MB", "GB", "TB"};
    return unitOf(bytes, 1000, names);
}

SizeUnit memoryUnitOf(std::uint64_t bytes)
{
    static constexpr const char* names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    return unitOf(bytes, 1024, names);
}

} // namespace tritloom
