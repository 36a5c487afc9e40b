#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

/// Bytes as a file in memory, for parsers that open a path.
class InputFile {
public:
    InputFile(const std::uint8_t* data, std::size_t size)
        : m_file(::memfd_create("input", MFD_CLOEXEC))
    {
        m_isComplete = m_file >= 0 && ::write(m_file, data, size) == ssize_t(size);
    }
    explicit InputFile(const std::string& bytes)
        : InputFile(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())
    {
    }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    ~InputFile() { ::close(m_file); }

    [[nodiscard]] bool isComplete() const { return m_isComplete; }
    [[nodiscard]] std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(m_file); }

private:
    int m_file;
    bool m_isComplete;
};
