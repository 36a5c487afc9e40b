#pragma once

#include <cstddef>
#include <span>

namespace tritloom {

/// madvise() for the pages that lie wholly inside these bytes; it may be ignored. how: MADV_RANDOM, ...
void advisePages(std::span<const std::byte> bytes, int how);

/// Asks the disk for the pages of these bytes without waiting for them: who asks for several parts before
/// reading the first waits for the slowest of them, not for each in turn.
void readAhead(std::span<const std::byte> bytes);

/// While it lives, pages of these bytes that lie in a mapped file are read from the disk one by one, without
/// those around them: for who touches few of many. Nothing changes for other memory. Where the system cannot,
/// nothing does.
class FewPages {
public:
    explicit FewPages(std::span<const std::byte> bytes);
    ~FewPages();
    FewPages(const FewPages&) = delete;
    FewPages& operator=(const FewPages&) = delete;

private:
    std::span<const std::byte> m_bytes;
};

} // namespace tritloom
