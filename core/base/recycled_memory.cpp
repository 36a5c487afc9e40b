#include "core/base/recycled_memory.h"

#include <sys/mman.h>

#include <list>
#include <mutex>
#include <new>

namespace tritloom {
namespace {

constexpr std::size_t smallBytes = std::size_t{64} << 10; ///< below, the allocator does as well
constexpr std::size_t hugePage = std::size_t{2} << 20;

std::align_val_t alignmentOf(std::size_t bytes)
{
    return std::align_val_t{bytes >= hugePage ? hugePage : 64};
}

/// Memory that is free for now. Any thread.
class Pool {
public:
    static Pool& instance()
    {
        static Pool* const pool = new Pool; // never destroyed: tensors may outlive everything
        return *pool;
    }

    std::shared_ptr<void> take(std::size_t bytes)
    {
        {
            const std::scoped_lock lock(m_mutex);
            // The smallest that is large enough, unless most of it would lie idle.
            auto best = m_free.end();
            for (auto it = m_free.begin(); it != m_free.end(); ++it)
                if (it->bytes >= bytes && it->bytes - it->bytes / 8 <= bytes
                    && (best == m_free.end() || it->bytes < best->bytes))
                    best = it;
            if (best != m_free.end()) {
                const Piece piece = *best;
                m_free.erase(best);
                m_bytes -= piece.bytes;
                return owned(piece);
            }
        }
        void* const memory = ::operator new(bytes, alignmentOf(bytes));
        if (bytes >= hugePage) // a hint; not a page for a few bytes
            madvise(memory, bytes / hugePage * hugePage, MADV_HUGEPAGE);
        return owned({memory, bytes});
    }

private:
    struct Piece {
        void* memory;
        std::size_t bytes;
    };

    std::shared_ptr<void> owned(Piece piece)
    {
        return {piece.memory, [this, piece](void*) { giveBack(piece); }};
    }
    void giveBack(Piece piece)
    {
        constexpr std::size_t mostBytes = std::size_t{128} << 20;
        const std::scoped_lock lock(m_mutex);
        m_free.push_back(piece);
        m_bytes += piece.bytes;
        while (m_bytes > mostBytes) { // the oldest goes
            m_bytes -= m_free.front().bytes;
            ::operator delete(m_free.front().memory, alignmentOf(m_free.front().bytes));
            m_free.pop_front();
        }
    }

    std::mutex m_mutex;
    std::list<Piece> m_free;
    std::size_t m_bytes = 0;
};

} // namespace

std::shared_ptr<void> recycledMemory(std::size_t bytes)
{
    if (bytes > smallBytes)
        return Pool::instance().take(bytes);
    return {::operator new(bytes, alignmentOf(bytes)), [bytes](void* owned) {
                ::operator delete(owned, alignmentOf(bytes));
            }};
}

} // namespace tritloom
