#pragma once

#include "core/base/key.h"

#include <list>
#include <map>
#include <optional>
#include <utility>

namespace tritloom {

/// Values by key, newest used kept: the least recently used leave when `capacityBytes` is exceeded.
/// Not thread-safe.
template <typename Value>
class Memo {
public:
    explicit Memo(std::size_t capacityBytes)
        : m_capacityBytes(capacityBytes)
    {
    }

    [[nodiscard]] std::optional<Value> find(const Key& key)
    {
        const auto found = m_index.find(key);
        if (found == m_index.end())
            return std::nullopt;
        m_entries.splice(m_entries.begin(), m_entries, found->second);
        return found->second->value;
    }

    void put(const Key& key, Value value, std::size_t bytes)
    {
        if (m_index.contains(key) || bytes > m_capacityBytes)
            return;
        m_usedBytes += bytes;
        m_entries.push_front({key, bytes, std::move(value)});
        m_index[key] = m_entries.begin();
        while (m_usedBytes > m_capacityBytes) {
            m_usedBytes -= m_entries.back().bytes;
            m_index.erase(m_entries.back().key);
            m_entries.pop_back();
        }
    }

    void erase(const Key& key)
    {
        const auto found = m_index.find(key);
        if (found == m_index.end())
            return;
        m_usedBytes -= found->second->bytes;
        m_entries.erase(found->second);
        m_index.erase(found);
    }

    [[nodiscard]] std::size_t capacityBytes() const { return m_capacityBytes; }

private:
    struct Entry {
        Key key;
        std::size_t bytes;
        Value value;
    };
    std::size_t m_capacityBytes, m_usedBytes = 0;
    std::list<Entry> m_entries;
    std::map<Key, typename std::list<Entry>::iterator> m_index;
};

} // namespace tritloom
