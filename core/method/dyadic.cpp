#include "core/method/dyadic.h"

#include <cmath>

namespace tritloom {

double Dyadic::value() const
{
    return std::ldexp(double(multiplier), -shift);
}

Dyadic dyadicOf(double scale)
{
    int exponent = 0;
    const double fraction = std::frexp(scale, &exponent);
    Dyadic result{std::int64_t(std::floor(std::ldexp(fraction, 31) + .5)), 31 - exponent};
    if (result.multiplier == std::int64_t{1} << 31) {
        result.multiplier /= 2;
        --result.shift;
    }
    return result;
}

std::int64_t rescaled(std::int64_t sum, const Dyadic& scale)
{
    return (sum * scale.multiplier + (std::int64_t{1} << (scale.shift - 1))) >> scale.shift;
}

} // namespace tritloom
