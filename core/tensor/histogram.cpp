#include "core/tensor/histogram.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace tritloom {
namespace {

void increase(std::uint32_t& count, std::uint64_t by)
{
    count = std::uint32_t(std::min<std::uint64_t>(std::numeric_limits<std::uint32_t>::max(), count + by));
}

constexpr double smallestRange = 1.0 / (1u << 30);

} // namespace

Histogram::Histogram(std::size_t bins)
    : m_counts(bins)
{
    assert(bins % 4 == 0 && bins > 0);
}

void Histogram::widen()
{
    const std::size_t half = m_counts.size() / 2;
    std::vector<std::uint32_t> wider(m_counts.size());
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        increase(wider[half / 2 + i / 2], m_counts[i]);
    m_counts = std::move(wider);
    m_range *= 2;
}

void Histogram::add(std::span<const float> values)
{
    for (const float given : values) {
        const double value = double(given);
        if (!std::isfinite(value))
            continue;
        if (m_range == 0 && value != 0) {
            // The zeros so far lie in the bin that begins at 0, whatever the range.
            m_range = smallestRange;
            while (m_range < std::abs(value) && m_range < 1e300)
                m_range *= 2;
        }
        while (m_range != 0 && std::abs(value) > m_range)
            widen();
        m_least = m_total == 0 ? value : std::min(m_least, value);
        m_most = m_total == 0 ? value : std::max(m_most, value);
        const double place = m_range == 0 ? double(m_counts.size() / 2) : (value + m_range) / binWidth();
        increase(m_counts[std::min(std::size_t(place), m_counts.size() - 1)], 1);
        ++m_total;
    }
}

void Histogram::add(const Histogram& other)
{
    assert(other.m_counts.size() == m_counts.size());
    if (other.m_total == 0)
        return;
    Histogram more = other;
    if (m_range == 0)
        m_range = more.m_range;
    if (more.m_range == 0)
        more.m_range = m_range;
    while (more.m_range < m_range)
        more.widen();
    while (m_range < more.m_range)
        widen();
    m_least = m_total == 0 ? more.m_least : std::min(m_least, more.m_least);
    m_most = m_total == 0 ? more.m_most : std::max(m_most, more.m_most);
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        increase(m_counts[i], more.m_counts[i]);
    m_total += more.m_total;
}

double Histogram::quantile(double fraction) const
{
    std::uint64_t counted = 0;
    for (const std::uint32_t count : m_counts)
        counted += count;
    const double wanted = fraction * double(counted);
    double below = 0;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        if (m_counts[i] != 0 && below + double(m_counts[i]) >= wanted) {
            const double inside = (wanted - below) / double(m_counts[i]);
            const double value = -m_range + (double(i) + std::max(inside, 0.0)) * binWidth();
            return std::clamp(value, m_least, m_most);
        }
        below += double(m_counts[i]);
    }
    return m_most;
}

} // namespace tritloom
