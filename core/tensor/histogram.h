#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tritloom {

/// How often values occurred, in bins of equal width between -range and range. The range is a power of two
/// that doubles when a value lies outside, so that histograms can be gathered in one pass and added to each
/// other. NaN and infinities are not counted. A value; one thread at a time.
class Histogram {
public:
    /// bins: a multiple of 4.
    explicit Histogram(std::size_t bins = 2048);

    void add(std::span<const float> values);
    /// The other has as many bins.
    void add(const Histogram& other);

    [[nodiscard]] std::uint64_t total() const { return m_total; }
    [[nodiscard]] double least() const { return m_least; } ///< 0 when nothing was counted
    [[nodiscard]] double most() const { return m_most; }
    [[nodiscard]] std::span<const std::uint32_t> counts() const { return m_counts; } ///< saturating
    [[nodiscard]] double range() const { return m_range; }
    [[nodiscard]] double binWidth() const { return 2 * m_range / double(m_counts.size()); }
    [[nodiscard]] double centre(std::size_t bin) const { return (double(bin) + 0.5) * binWidth() - m_range; }
    /// The value that a share of all others lies below, linear inside a bin, within least() and most().
    [[nodiscard]] double quantile(double fraction) const;

private:
    void widen();

    std::vector<std::uint32_t> m_counts;
    std::uint64_t m_total = 0;
    double m_range = 0, m_least = 0, m_most = 0; ///< range 0: nothing but zeros so far
};

} // namespace tritloom
