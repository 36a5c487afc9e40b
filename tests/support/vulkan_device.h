#pragma once

#include "compute/vulkan/vulkan_backend.h"

#include <QTest>

#include <filesystem>

namespace tritloom {

/// A backend for tests on the first Vulkan device; null, with the reason in `why`, where there is none.
[[nodiscard]] inline std::unique_ptr<Backend> firstVulkanBackend(VulkanOptions options, std::string& why)
{
    const std::vector<std::string> names = vulkanDevices();
    if (names.empty()) {
        why = "there is no Vulkan device here";
        return nullptr;
    }
    if (options.cacheFolder.empty()) // not the user's
        options.cacheFolder = std::filesystem::temp_directory_path() / "tritloom-tests";
    auto opened = makeVulkanBackend(names.front(), std::move(options));
    if (!opened) {
        why = opened.error().message;
        return nullptr;
    }
    return std::move(*opened);
}

} // namespace tritloom

/// Declares `name`, a backend with these options, or skips the test.
#define TRITLOOM_NEEDS_VULKAN(name, ...)                                                                     \
    std::string name##Missing;                                                                               \
    std::unique_ptr<Backend> name = firstVulkanBackend(__VA_ARGS__, name##Missing);                          \
    if (name == nullptr)                                                                                     \
    QSKIP(name##Missing.c_str())
