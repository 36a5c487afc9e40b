#include "core/base/page_advice.h"

#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

namespace tritloom {

void advisePages(std::span<const std::byte> bytes, int how)
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    const std::uintptr_t first = (begin + page - 1) / page * page,
                         last = (begin + bytes.size()) / page * page;
    if (first < last)
        (void)::madvise(reinterpret_cast<void*>(first), last - first, how);
}

void readAhead(std::span<const std::byte> bytes)
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    const std::uintptr_t first = begin / page * page;
    (void)::madvise(reinterpret_cast<void*>(first), begin + bytes.size() - first, MADV_WILLNEED);
}

FewPages::FewPages(std::span<const std::byte> bytes)
    : m_bytes(bytes)
{
    advisePages(m_bytes, MADV_RANDOM);
}

FewPages::~FewPages()
{
    advisePages(m_bytes, MADV_NORMAL);
}

} // namespace tritloom
