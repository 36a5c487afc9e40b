#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <unistd.h>

/// A folder of this process for parsers that look at what a file is called or lies beside; it goes away with
/// it.
class ScratchFolder {
public:
    explicit ScratchFolder(const char* name)
        : m_path(std::filesystem::temp_directory_path() / (name + std::to_string(::getpid())))
    {
        std::filesystem::create_directories(m_path);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder()
    {
        std::error_code error;
        std::filesystem::remove_all(m_path, error);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

    static void write(const std::filesystem::path& path, const std::uint8_t* data, std::size_t size)
    {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(data), std::streamsize(size));
    }

private:
    std::filesystem::path m_path;
};
