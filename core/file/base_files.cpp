#include "core/file/base_files.h"

#include "core/base/mapped_file.h"
#include "core/base/utf8.h"
#include "core/file/bitdelta_file.h"
#include "core/file/file_halves.h"
#include "core/file/tritloom_file.h"

#include <algorithm>

namespace tritloom {
namespace {

/// Whether it is a file of Tritloom's own; what cannot be read is not.
bool isTritloomFile(const std::filesystem::path& path)
{
    const auto mapped = MappedFile::open(path); // does not wait for a pipe's writer
    return mapped && tritloomFile::sniff(path, (*mapped)->bytes());
}

} // namespace

BaseFiles::BaseFiles(std::vector<std::filesystem::path> given, Prepare prepare)
    : m_given(std::move(given))
    , m_prepare(prepare)
{
}

void BaseFiles::setRecent(std::vector<std::filesystem::path> recent)
{
    const std::scoped_lock lock(m_recentMutex);
    m_recent = std::move(recent);
}

std::vector<std::filesystem::path>
BaseFiles::candidates(const std::filesystem::path& file, const std::string& name) const
{
    if (areGiven())
        return m_given;
    std::vector<std::filesystem::path> found;
    const auto add = [&](const std::filesystem::path& path) {
        std::error_code none;
        if (std::filesystem::exists(path, none) && !std::filesystem::equivalent(path, file, none)
            && std::ranges::find(found, path) == found.end())
            found.push_back(path);
    };
    add(file.parent_path() / name);
    const auto recent = [this] {
        const std::scoped_lock lock(m_recentMutex);
        return m_recent;
    }();
    for (const std::filesystem::path& path : recent)
        if (baseName(path) == name)
            add(path);
    return found;
}

BaseFiles::Stamp BaseFiles::stampOf(const std::filesystem::path& path)
{
    Stamp stamp;
    const auto add = [&](const std::filesystem::path& file) {
        std::error_code none;
        stamp.emplace_back(
            file, std::filesystem::file_size(file, none), std::filesystem::last_write_time(file, none));
    };
    std::error_code none;
    if (!std::filesystem::is_directory(path, none)) {
        for (const FileHalf& half : halvesOf(path))
            add(half.path);
        return stamp;
    }
    // A folder's own time says nothing of the files in it; pipelines keep theirs one folder further down.
    std::filesystem::recursive_directory_iterator entry(path, none);
    for (; !none && entry != std::filesystem::recursive_directory_iterator(); entry.increment(none)) {
        add(entry->path());
        if (entry.depth() > 0)
            entry.disable_recursion_pending();
    }
    std::ranges::sort(stamp);
    return stamp;
}

Result<std::shared_ptr<const ModelFile>> BaseFiles::open(const std::filesystem::path& path)
{
    std::error_code none;
    const auto canonical = std::filesystem::weakly_canonical(path, none);
    Stamp stamp = stampOf(canonical);
    const std::scoped_lock lock(m_mutex);
    const auto known = m_opened.find(canonical);
    if (known != m_opened.end() && known->second.stamp == stamp)
        return known->second.model;
    ModelFile file = TRY(isTritloomFile(path) ? tritloomFile::read(path, nullptr) : openModel(path));
    if (bitdeltaFile::isDifference(file))
        return fail(
            ErrorCode::Unsupported, "{}: it holds differences to another model itself",
            path.filename().string());
    file.path = path;
    auto model = m_prepare != nullptr ? m_prepare(std::move(file))
                                      : std::make_shared<const ModelFile>(std::move(file));
    m_opened.insert_or_assign(canonical, Opened{std::move(stamp), model});
    return model;
}

void BaseFiles::hold(std::shared_ptr<const ModelFile> model)
{
    std::error_code none;
    const auto canonical = std::filesystem::weakly_canonical(model->path, none);
    Stamp stamp = stampOf(canonical);
    const std::scoped_lock lock(m_mutex);
    m_opened.insert_or_assign(canonical, Opened{std::move(stamp), std::move(model)});
}

std::size_t BaseFiles::opened() const
{
    const std::scoped_lock lock(m_mutex);
    return m_opened.size();
}

Result<OverBase> openOverBase(const std::filesystem::path& path, BaseFiles& bases)
{
    OverBase opened;
    if (isTritloomFile(path)) {
        opened.model = TRY(tritloomFile::read(path, &bases, &opened.base));
        opened.model.path = path;
        return opened;
    }
    opened.model = TRY(openModel(path));
    if (bitdeltaFile::isDifference(opened.model))
        opened.model = TRY(bitdeltaFile::overBase(opened.model, bases, &opened.base));
    return opened;
}

Result<ModelFile> openModel(const std::filesystem::path& path, BaseFiles& bases)
{
    return TRY(openOverBase(path, bases)).model;
}

std::filesystem::path namedPath(const std::filesystem::path& path)
{
    const std::filesystem::path plain =
        path.has_filename() || !path.has_relative_path() ? path : path.parent_path();
    if (plain.filename() != "." && plain.filename() != "..")
        return plain; // links stay: they are what the entry is called
    std::error_code none;
    return std::filesystem::weakly_canonical(plain, none);
}

std::string baseName(const std::filesystem::path& path)
{
    const std::string name = namedPath(path).filename().string();
    return isUtf8(name) ? name : printable(name, 4 * name.size());
}

} // namespace tritloom
