#include "compute/vulkan/pipelines.h"

#include "core/base/key.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <unistd.h>

namespace tritloom::vulkan {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Drivers trust the content, so it stands behind a key of its own.
Key keyOfCache(const Bytes& content)
{
    return keyOf(
        "vulkan pipelines", std::string_view(reinterpret_cast<const char*>(content.data()), content.size()));
}

std::filesystem::path cacheFolder()
{
    if (const char* const folder = std::getenv("XDG_CACHE_HOME"); folder != nullptr && *folder == '/')
        return std::filesystem::path(folder) / "tritloom";
    if (const char* const home = std::getenv("HOME"); home != nullptr && *home == '/')
        return std::filesystem::path(home) / ".cache" / "tritloom";
    return {};
}

Bytes readCache(const std::filesystem::path& path)
{
    if (std::error_code none; !std::filesystem::is_regular_file(path, none))
        return {};
    std::ifstream file(path, std::ios::binary);
    const Bytes all((std::istreambuf_iterator<char>(file)), {});
    Key key;
    if (all.size() < sizeof key)
        return {};
    std::memcpy(&key, all.data(), sizeof key);
    Bytes content(all.begin() + sizeof key, all.end());
    return keyOfCache(content) == key ? content : Bytes{};
}

} // namespace

Pipelines::Pipelines(const Gpu& gpu, vk::PipelineLayout layout)
    : m_gpu(gpu)
    , m_layout(layout)
{
    const Bytes content = readCache(file());
    m_cache =
        m_gpu.device.createPipelineCache({.initialDataSize = content.size(), .pInitialData = content.data()});
}

Pipelines::~Pipelines()
{
    const std::filesystem::path path = file();
    if (m_made.empty() || path.empty())
        return;
    try {
        const Bytes content = m_cache.getData();
        if (content == readCache(path))
            return;
        const Key key = keyOfCache(content);
        std::filesystem::create_directories(path.parent_path());
        // Another program may write at the same time: whole files replace each other.
        const auto own = std::filesystem::path(path) += fmt::format(".{}", getpid());
        std::ofstream out(own, std::ios::binary);
        out.write(reinterpret_cast<const char*>(&key), sizeof key);
        out.write(reinterpret_cast<const char*>(content.data()), std::streamsize(content.size()));
        out.close();
        if (out)
            std::filesystem::rename(own, path);
        else
            std::filesystem::remove(own);
    } catch (const std::exception&) { // the next run compiles again
    }
}

std::filesystem::path Pipelines::file() const
{
    const std::filesystem::path folder =
        m_gpu.options.cacheFolder.empty() ? cacheFolder() : m_gpu.options.cacheFolder;
    return folder.empty() ? folder : folder / ("vulkan-" + m_gpu.identity);
}

vk::Pipeline Pipelines::find(const Shader& shader, Variant variant, const Specials& specials)
{
    if (variant == Variant::Plain && m_gpu.hasSubgroups && !shader.of(Variant::Subgroups).empty())
        variant = Variant::Subgroups;
    const std::span<const std::uint32_t> words = shader.of(variant);
    const std::pair key{words.data(), specials};
    if (const auto found = m_made.find(key); found != m_made.end())
        return *found->second;
    const vk::raii::ShaderModule module =
        m_gpu.device.createShaderModule({.codeSize = words.size_bytes(), .pCode = words.data()});
    std::array<vk::SpecializationMapEntry, std::tuple_size_v<Specials>> entries;
    for (std::uint32_t i = 0; i < entries.size(); ++i)
        entries[i] = vk::SpecializationMapEntry{
            .constantID = i,
            .offset = std::uint32_t(i * sizeof(std::uint32_t)),
            .size = sizeof(std::uint32_t)};
    const vk::SpecializationInfo special{
        .mapEntryCount = std::uint32_t(entries.size()),
        .pMapEntries = entries.data(),
        .dataSize = sizeof specials,
        .pData = specials.data()};
    const vk::PipelineShaderStageCreateInfo stage{
        .stage = vk::ShaderStageFlagBits::eCompute,
        .module = *module,
        .pName = "main",
        .pSpecializationInfo = &special};
    const vk::ComputePipelineCreateInfo info{.stage = stage, .layout = m_layout};
    return *m_made.emplace(key, vk::raii::Pipeline(m_gpu.device, m_cache, info)).first->second;
}

} // namespace tritloom::vulkan
