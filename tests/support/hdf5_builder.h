#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// Writes the HDF5 that Keras' save_weights makes through h5py, object by object, for readers' tests.
class Hdf5Builder {
public:
    using Links = std::vector<std::pair<std::string, std::uint64_t>>; ///< names and object headers

    Hdf5Builder() { m_bytes.assign(96, '\0'); }

    template <typename T>
    static std::string number(T value)
    {
        std::string bytes(sizeof value, '\0');
        std::memcpy(bytes.data(), &value, sizeof value);
        return bytes;
    }
    static std::string message(std::uint16_t type, std::string body, char flags = 0)
    {
        body.resize((body.size() + 7) / 8 * 8, '\0');
        return number(type) + number(std::uint16_t(body.size())) + flags + std::string(3, '\0') + body;
    }
    static std::string shapeMessage(const std::vector<std::uint64_t>& shape)
    {
        std::string body{1, char(shape.size()), 0, 0, 0, 0, 0, 0};
        for (const std::uint64_t size : shape)
            body += number(size);
        return message(1, body);
    }
    /// IEEE floats of 4 bytes, least significant byte first.
    static std::string floatMessage()
    {
        return message(3, std::string("\x11\x20\x1f\0\4\0\0\0\0\0\x20\0\x17\x08\0\x17\x7f\0\0\0", 20));
    }
    static std::string layoutMessage(std::uint64_t offset, std::uint64_t bytes, char kind = 1)
    {
        return message(8, std::string{3, kind} + number(offset) + number(bytes));
    }

    std::uint64_t put(const std::string& part)
    {
        m_bytes.resize((m_bytes.size() + 7) / 8 * 8, '\0');
        m_bytes += part;
        return m_bytes.size() - part.size();
    }
    std::uint64_t header(const std::vector<std::string>& messages)
    {
        std::string all;
        for (const std::string& one : messages)
            all += one;
        return put(
            std::string{1, 0} + number(std::uint16_t(messages.size())) + number(std::uint32_t(1))
            + number(std::uint32_t(all.size())) + std::string(4, '\0') + all);
    }
    std::uint64_t dataset(const std::vector<std::uint64_t>& shape, const std::vector<float>& values)
    {
        std::string raw(values.size() * sizeof(float), '\0');
        std::memcpy(raw.data(), values.data(), raw.size());
        const std::uint64_t at = put(raw);
        return header({shapeMessage(shape), floatMessage(), layoutMessage(at, raw.size())});
    }
    /// A B-tree of one level, a local heap and a symbol table.
    std::uint64_t group(const Links& links)
    {
        std::string names(8, '\0'), table("SNOD\1\0", 6);
        table += number(std::uint16_t(links.size()));
        for (const auto& [name, object] : links) {
            table += number(std::uint64_t(names.size())) + number(object) + std::string(24, '\0');
            names += name + '\0';
            names.resize((names.size() + 7) / 8 * 8, '\0');
        }
        tableAt = put(table);
        const std::uint64_t namesAt = put(names);
        heapAt =
            put(std::string("HEAP\0\0\0\0", 8) + number(std::uint64_t(names.size()))
                + number(std::uint64_t(1)) + number(namesAt));
        treeAt =
            put(std::string("TREE\0\0\1\0", 8) + std::string(16, '\xff') + number(std::uint64_t(0))
                + number(tableAt) + number(std::uint64_t(8)));
        return header({message(0x11, number(treeAt) + number(heapAt))});
    }
    /// Groups for the parts of the paths, then the superblock. The file as Keras would have it.
    std::string finish(const std::map<std::string, std::uint64_t>& datasets)
    {
        std::vector<std::pair<std::string, std::uint64_t>> all(datasets.begin(), datasets.end());
        return finish(groupOf(all));
    }
    std::string finish(std::uint64_t root)
    {
        const std::string begin = std::string("\x89HDF\r\n\x1a\n", 8) + std::string("\0\0\0\0\0\x08\x08\0", 8)
            + std::string("\4\0\x10\0\0\0\0\0", 8) + number(std::uint64_t(0)) + std::string(8, '\xff')
            + number(std::uint64_t(m_bytes.size())) + std::string(8, '\xff') + number(std::uint64_t(0))
            + number(root);
        std::string file = m_bytes;
        file.replace(0, begin.size(), begin);
        return file;
    }

    std::uint64_t tableAt = 0, heapAt = 0, treeAt = 0; ///< of the last group

private:
    std::uint64_t groupOf(const std::vector<std::pair<std::string, std::uint64_t>>& paths)
    {
        std::map<std::string, std::vector<std::pair<std::string, std::uint64_t>>> below;
        Links links;
        for (const auto& [path, object] : paths) {
            const std::size_t slash = path.find('/');
            if (slash == std::string::npos)
                links.emplace_back(path, object);
            else
                below[path.substr(0, slash)].emplace_back(path.substr(slash + 1), object);
        }
        for (const auto& [name, inside] : below)
            links.emplace_back(name, groupOf(inside));
        return group(links);
    }

    std::string m_bytes;
};
