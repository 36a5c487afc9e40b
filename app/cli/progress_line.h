#pragma once

#include <QString>

#include <chrono>

namespace tritloom::cli {

[[nodiscard]] QString timeText(double seconds); ///< "12 s", "4 min 5 s"

/// What stderr says of work under way: one line that changes on a terminal; elsewhere, for whoever looks at a log,
/// a line every five seconds. One thread.
class ProgressLine {
public:
    /// fraction: 0 to 1; one that falls begins something new, whose time left is told from two seconds on.
    void show(const QString& what, double fraction);

private:
    using Clock = std::chrono::steady_clock;
    QString m_last, m_lastLeft;
    double m_lastFraction = -1;
    Clock::time_point m_begin, m_lastTime = Clock::now();
};

} // namespace tritloom::cli
