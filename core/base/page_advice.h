#pragma once

#include <cstddef>
#include <span>

namespace tritloom {

/// madvise() for the pages that lie wholly inside these bytes; it may be ignored. how: MADV_RANDOM, ...
void advisePages(std::span<const std::byte> bytes, int how);

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
