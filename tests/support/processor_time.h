#pragma once

#include <ctime>
#include <pthread.h>

namespace tritloom {

/// Milliseconds of work of the thread that made it, asked from any thread: what a claim about promptness can be held
/// against on a machine that has other things to do. A caller takes part in all loops that it waits for.
class ProcessorTime {
public:
    ProcessorTime()
        : m_known(pthread_getcpuclockid(pthread_self(), &m_clock) == 0)
    {
    }
    [[nodiscard]] double milliseconds() const
    {
        timespec now{};
        if (m_known)
            clock_gettime(m_clock, &now);
        return 1e3 * double(now.tv_sec) + 1e-6 * double(now.tv_nsec);
    }

private:
    clockid_t m_clock{};
    bool m_known;
};

} // namespace tritloom
