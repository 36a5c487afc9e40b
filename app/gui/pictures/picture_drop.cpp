#include "app/gui/pictures/picture_drop.h"

#include <QFileInfo>

#include <algorithm>

namespace tritloom {

namespace {

std::filesystem::path pathOf(const QUrl& url)
{
    return url.toLocalFile().toStdString();
}

} // namespace

bool arePictures(const Workspace& workspace, const QList<QUrl>& urls)
{
    const auto& model = workspace.model().picture;
    return model && model->task != PictureTask::Generation
        && std::ranges::all_of(urls, [](const QUrl& url) { return holdsPictures(pathOf(url)); });
}

bool takePictures(Workspace& workspace, const QList<QUrl>& urls)
{
    if (!arePictures(workspace, urls))
        return false;
    PictureOptions options = workspace.pictures().options();
    options.source.files.clear();
    options.source.images.clear();
    options.source.labels.clear(); // of other pictures
    if (urls.size() == 1)
        options.source.images = pathOf(urls.front());
    else
        for (const QUrl& url : urls)
            if (QFileInfo(url.toLocalFile()).isFile())
                options.source.files.push_back(pathOf(url));
    if (urls.size() > 1 && options.source.files.empty())
        return false; // several folders
    workspace.pictures().load(options);
    return true;
}

} // namespace tritloom
