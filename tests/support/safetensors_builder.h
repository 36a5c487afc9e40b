#pragma once

#include <fmt/format.h>

#include <QByteArray>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

/// Writes a safetensors file tensor by tensor, for readers' tests.
class SafetensorsBuilder {
public:
    template <typename T>
    void
    add(const std::string& name, const std::string& type, const std::vector<std::size_t>& shape,
        const std::vector<T>& values)
    {
        const std::size_t begin = std::size_t(m_data.size());
        m_data.append(reinterpret_cast<const char*>(values.data()), qsizetype(values.size() * sizeof(T)));
        m_header += fmt::format(
            "{}\"{}\":{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}",
            m_header.empty() ? "" : ",", name, type, fmt::join(shape, ","), begin, m_data.size());
    }

    void save(const std::filesystem::path& path) const
    {
        const std::string header = "{" + m_header + "}";
        const std::uint64_t length = header.size();
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(&length), sizeof length);
        file.write(header.data(), std::streamsize(header.size()));
        file.write(m_data.constData(), m_data.size());
    }

private:
    std::string m_header;
    QByteArray m_data;
};

inline void saveText(const std::filesystem::path& path, const QByteArray& text)
{
    std::ofstream(path, std::ios::binary).write(text.constData(), text.size());
}
