#pragma once

#include "compute/vulkan/vulkan_backend.h"

#include <QTest>

#include <filesystem>

namespace tritloom {

/// On the device of that name. Errors: those of makeVulkanBackend().
[[nodiscard]] inline Result<std::unique_ptr<Backend>>
openVulkan(const std::string& device, VulkanOptions options)
{
    if (options.cacheFolder.empty()) // not the user's
        options.cacheFolder = std::filesystem::temp_directory_path() / "tritloom-tests";
    return makeVulkanBackend(device, std::move(options));
}

/// Rows of a test for TRITLOOM_NEEDS_THIS_VULKAN: each device, plainly and with guards behind all tensors.
inline void addVulkanRows()
{
    QTest::addColumn<QString>("device");
    QTest::addColumn<bool>("guarded");
    for (const std::string& device : vulkanDevices()) {
        const QString name = QString::fromStdString(device);
        QTest::addRow("%s", device.c_str()) << name << false;
        QTest::addRow("%s, guarded, without subgroups", device.c_str()) << name << true;
    }
    if (vulkanDevices().empty())
        QTest::addRow("no device") << QString() << false;
}

/// Null, with the reason in `why`, where the device is too old, or the row says that there is none.
[[nodiscard]] inline std::unique_ptr<Backend>
openVulkanRow(const QString& device, bool guarded, std::string& why)
{
    if (device.isEmpty()) {
        why = "there is no Vulkan device here";
        return nullptr;
    }
    VulkanOptions options;
    options.memory = guarded ? VulkanMemory::Guarded : VulkanMemory::Automatic;
    options.subgroups = !guarded;
    auto opened = openVulkan(device.toStdString(), std::move(options));
    if (opened)
        return std::move(*opened);
    if (opened.error().code != ErrorCode::Unsupported)
        qFatal("%s", opened.error().message.c_str());
    why = opened.error().message;
    return nullptr;
}

/// A backend for tests on the first Vulkan device; null, with the reason in `why`, where there is none.
[[nodiscard]] inline std::unique_ptr<Backend> firstVulkanBackend(VulkanOptions options, std::string& why)
{
    const std::vector<std::string> names = vulkanDevices();
    if (names.empty()) {
        why = "there is no Vulkan device here";
        return nullptr;
    }
    auto opened = openVulkan(names.front(), std::move(options));
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

/// Declares `name`, a backend as the row of addVulkanRows() says, and whether it is `guarded`; or skips the
/// test.
#define TRITLOOM_NEEDS_THIS_VULKAN(name)                                                                     \
    QFETCH(QString, device);                                                                                 \
    QFETCH(bool, guarded);                                                                                   \
    std::string name##Missing;                                                                               \
    std::unique_ptr<Backend> name = openVulkanRow(device, guarded, name##Missing);                           \
    if (name == nullptr)                                                                                     \
    QSKIP(name##Missing.c_str())
