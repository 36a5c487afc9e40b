#include "core/method/degradation_law.h"

#include <array>
#include <cmath>

namespace tritloom {
namespace {

constexpr double k = 0.017, beta = 0.5251, alpha = 0.2261, gamma = 5.4967;

struct PerBit {
    double k, beta, alpha;
};
constexpr std::array<PerBit, 3> perBit{{
    {3.787e-4, .52405, .22500},
    {1.170298e-5, .6727325, .3546895},
    {6.132297e-6, .6550600, .3835030},
}};

} // namespace

double unifiedDegradation(double parameters, double tokens, double bits)
{
    return std::exp(
        std::log(k) + beta * std::log(tokens) - alpha * std::log(parameters) - gamma * std::log(bits));
}

double unifiedTokens(double degradation, double parameters, double bits)
{
    return std::exp(
        (std::log(degradation) + alpha * std::log(parameters) + gamma * std::log(bits) - std::log(k)) / beta);
}

double perBitDegradation(double parameters, double tokens, int bits)
{
    const PerBit& law = perBit[std::size_t(bits - 2)];
    return std::exp(std::log(law.k) + law.beta * std::log(tokens) - law.alpha * std::log(parameters));
}

double perBitTokens(double degradation, double parameters, int bits)
{
    const PerBit& law = perBit[std::size_t(bits - 2)];
    return std::exp((std::log(degradation) + law.alpha * std::log(parameters) - std::log(law.k)) / law.beta);
}

double baselineLoss(double parameters, double tokens)
{
    return std::pow(std::pow(4.74e19 / parameters, .045 / .399) + 7.63e10 / tokens, .399);
}

} // namespace tritloom
