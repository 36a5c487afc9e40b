#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

/// The folder of real models that is not part of the repository: TRITLOOM_SHARED/data, or shared/data beside
/// the source tree. Empty when there is none; tests skip then.
inline std::filesystem::path sharedData()
{
    const char* const named = std::getenv("TRITLOOM_SHARED");
    const std::filesystem::path folder =
        (named && *named ? std::filesystem::path(named)
                         : std::filesystem::path(TRITLOOM_SOURCE_DIR).parent_path() / "shared")
        / "data";
    return std::filesystem::is_directory(folder) ? folder : std::filesystem::path();
}

/// First line of a test that reads real models.
#define TRITLOOM_NEEDS_SHARED_DATA(folder)                                                                   \
    const std::filesystem::path folder = sharedData();                                                       \
    if (folder.empty())                                                                                      \
    QSKIP("no folder shared/data beside the source tree, and TRITLOOM_SHARED names none")
