#include "core/file/base_files.h"

#include "core/file/tritloom_file.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace tritloom {
namespace {

/// Whether it is a file of Tritloom's own; what cannot be read is not.
bool isTritloomFile(const std::filesystem::path& path)
{
    std::array<std::byte, 8 + tritloomFile::beginning.size()> head{};
    std::ifstream stream(path, std::ios::binary);
    stream.read(reinterpret_cast<char*>(head.data()), std::streamsize(head.size()));
    return stream && tritloomFile::sniff(path, head);
}

} // namespace

BaseFiles::BaseFiles(std::vector<std::filesystem::path> given, Prepare prepare)
    : m_given(std::move(given))
    , m_prepare(prepare)
{
}

void BaseFiles::setRecent(std::vector<std::filesystem::path> recent)
{
    const std::scoped_lock lock(m_mutex);
    m_recent = std::move(recent);
}

std::vector<std::filesystem::path>
BaseFiles::candidates(const std::filesystem::path& file, const std::string& name) const
{
    std::vector<std::filesystem::path> found;
    const auto add = [&](const std::filesystem::path& path) {
        std::error_code none;
        if (std::filesystem::exists(path, none) && !std::filesystem::equivalent(path, file, none)
            && std::ranges::find(found, path) == found.end())
            found.push_back(path);
    };
    std::ranges::for_each(m_given, add);
    add(file.parent_path() / name);
    const std::scoped_lock lock(m_mutex);
    for (const std::filesystem::path& path : m_recent)
        if (baseName(path) == name)
            add(path);
    return found;
}

Result<std::shared_ptr<const ModelFile>> BaseFiles::open(const std::filesystem::path& path)
{
    std::error_code none;
    const auto canonical = std::filesystem::weakly_canonical(path, none);
    const auto changed = std::filesystem::last_write_time(canonical, none);
    const std::scoped_lock lock(m_mutex);
    const auto known = m_opened.find(canonical);
    if (known != m_opened.end() && known->second.changed == changed)
        return known->second.model;
    ModelFile file = TRY(isTritloomFile(path) ? tritloomFile::read(path, nullptr) : openModel(path));
    file.path = path;
    auto model = m_prepare != nullptr ? m_prepare(std::move(file))
                                      : std::make_shared<const ModelFile>(std::move(file));
    m_opened.insert_or_assign(canonical, Opened{changed, model});
    return model;
}

std::size_t BaseFiles::opened() const
{
    const std::scoped_lock lock(m_mutex);
    return m_opened.size();
}

Result<ModelFile> openModel(const std::filesystem::path& path, BaseFiles& bases)
{
    if (!isTritloomFile(path))
        return openModel(path);
    ModelFile model = TRY(tritloomFile::read(path, &bases));
    model.path = path;
    return model;
}

std::string baseName(const std::filesystem::path& path)
{
    return (path.has_filename() ? path : path.parent_path()).filename().string();
}

} // namespace tritloom
