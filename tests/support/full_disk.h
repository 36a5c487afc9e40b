#pragma once

#include <csignal>
#include <sys/resource.h>

/// While it lives, no file of this process grows past `bytes`: what a full disk does, without filling one.
class FullDisk {
public:
    explicit FullDisk(std::uint64_t bytes)
        : m_handler(std::signal(SIGXFSZ, SIG_IGN)) // writes then fail with EFBIG
    {
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{rlim_t(bytes), m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    ~FullDisk()
    {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }

private:
    rlimit m_before{};
    void (*m_handler)(int);
};
