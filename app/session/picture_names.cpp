#include "app/session/picture_names.h"

#include <QHash>

#include <algorithm>

namespace tritloom {

std::vector<std::string> namesOf(const std::vector<PictureFile>& files)
{
    std::vector<std::string> names(files.size());
    std::vector<std::size_t> open(files.size());
    for (std::size_t i = 0; i < open.size(); ++i)
        open[i] = i;
    for (int parts = 1; !open.empty(); ++parts) {
        QHash<QString, std::vector<std::size_t>> called;
        for (const std::size_t i : open)
            called[files[i].path.section('/', -parts)].push_back(i);
        open.clear();
        for (auto it = called.cbegin(); it != called.cend(); ++it) {
            const auto& same = it.value();
            // The same file twice stays of one name, however long it is.
            const bool canGrow = same.size() > 1 && files[same.front()].path.count('/') >= parts
                && std::ranges::any_of(same, [&](std::size_t i) {
                                     return files[i].path != files[same.front()].path;
                                 });
            for (const std::size_t i : same) {
                names[i] = it.key().toStdString();
                if (canGrow)
                    open.push_back(i);
            }
        }
    }
    return names;
}

std::vector<std::size_t> chosen(std::size_t count, std::size_t limit)
{
    const std::size_t wanted = limit == 0 ? count : std::min(limit, count);
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < wanted; ++i)
        indices.push_back(i * count / wanted);
    return indices;
}

} // namespace tritloom
