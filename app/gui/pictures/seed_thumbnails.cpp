#include "app/gui/pictures/seed_thumbnails.h"

namespace tritloom {
namespace {

constexpr std::chrono::seconds patience{8}; ///< for a picture and its compressed twin

} // namespace

SeedThumbnails::SeedThumbnails(
    Workspace& workspace, PictureListModel& model, std::function<TaskOptions()> task,
    std::function<bool()> isWatched, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_model(model)
    , m_task(std::move(task))
    , m_isWatched(std::move(isWatched))
{
    if (!workspace.model().picture || workspace.model().picture->task != PictureTask::Generation)
        return;
    PicturePreviewController& previews = workspace.picturePreview();
    connect(&previews, &PicturePreviewController::updated, this, &SeedThumbnails::take);
    connect(
        &previews, &PicturePreviewController::thumbnailMade, this,
        [this](std::size_t sample, const QImage& image) {
            m_model.setThumbnail(sample, image);
            makeNext();
        });
}

void SeedThumbnails::take(const PicturePreview& preview)
{
    m_model.setThumbnail(preview.sample, preview.original);
    if (preview.isComplete && preview.elapsed < patience)
        makeNext();
}

void SeedThumbnails::makeNext()
{
    const auto pictures = m_workspace.pictures().current();
    if (pictures == nullptr || !m_isWatched())
        return;
    for (std::size_t sample = 0; sample < pictures->pictures().samples.size(); ++sample)
        if (!m_model.hasThumbnail(sample)) {
            m_workspace.picturePreview().requestThumbnail(sample, m_task());
            return;
        }
}

} // namespace tritloom
