#include "app/cli/progress_line.h"

#include "app/session/time_left.h"

#include <unistd.h>

#include <cstdio>

namespace tritloom::cli {

QString timeText(double seconds)
{
    const auto whole = qint64(seconds + 0.5);
    return whole < 60  ? QString("%1 s").arg(whole)
        : whole < 3600 ? QString("%1 min %2 s").arg(whole / 60).arg(whole % 60)
                       : QString("%1 h %2 min").arg(whole / 3600).arg(whole / 60 % 60);
}

void ProgressLine::show(const QString& what, double fraction)
{
    using std::chrono::duration;
    const auto now = Clock::now();
    if (fraction < m_lastFraction || m_lastFraction < 0)
        m_begin = now; // something new
    m_lastFraction = fraction;
    const bool terminal = isatty(STDERR_FILENO) != 0;
    if (constexpr double apart = 5; !terminal && duration<double>(now - m_lastTime).count() < apart)
        return;
    const QString shown = QString("%1 %2 %").arg(what).arg(int(fraction * 100));
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - m_begin);
    QString left;
    constexpr std::chrono::seconds soonest{2};
    if (const auto rest = timeLeft(passed, fraction); passed > soonest && rest.count() > 0)
        left = QString(", %1 left").arg(timeText(duration<double>(rest).count()));
    if (shown == m_last && (!terminal || left == m_lastLeft))
        return;
    m_last = shown;
    m_lastLeft = left;
    const QString line = shown + left;
    if (terminal)
        std::fprintf(stderr, "\r\033[K%s%s", qPrintable(line), fraction >= 1 ? "\n" : "");
    else
        std::fprintf(stderr, "%s\n", qPrintable(line));
    m_lastTime = now;
}

} // namespace tritloom::cli
