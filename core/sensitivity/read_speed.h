#pragma once

#include <stop_token>
#include <utility>
#include <vector>

namespace tritloom {

/// How many bytes a second all threads of this machine together read, by how much is read over and over: a
/// small model stays in the caches from token to token, a large one comes from memory each time. A value.
class ReadSpeed {
public:
    /// Measured now, in about a third of a second; what other programs take away counts little. Unknown when
    /// stopped. Any thread but the window's.
    [[nodiscard]] static ReadSpeed measure(const std::stop_token& stop = {});

    /// points: bytes that are read, and bytes a second; ascending bytes.
    explicit ReadSpeed(std::vector<std::pair<double, double>> points = {});

    [[nodiscard]] bool isKnown() const { return !m_points.empty(); }
    /// Between two points on a logarithmic scale of sizes; beyond them the nearest. 0 where nothing is known.
    [[nodiscard]] double of(double bytes) const;

private:
    std::vector<std::pair<double, double>> m_points;
};

} // namespace tritloom
