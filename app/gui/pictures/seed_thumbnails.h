#pragma once

#include "app/gui/pictures/picture_list_model.h"
#include "app/session/workspace.h"

#include <QObject>

#include <functional>

namespace tritloom {

/// Small pictures for the list of seeds of a network that makes pictures: they exist only once they have been
/// made. While nothing else is asked for the original network makes one after the other, where that takes
/// seconds and not minutes; a preview that is asked for goes before. GUI thread only.
class SeedThumbnails final : public QObject {
    Q_OBJECT

public:
    /// task: how pictures are made now. isWatched: whether anybody looks at the list.
    SeedThumbnails(
        Workspace& workspace, PictureListModel& model, std::function<TaskOptions()> task,
        std::function<bool()> isWatched, QObject* parent);

private:
    void take(const PicturePreview& preview);
    void makeNext();

    Workspace& m_workspace;
    PictureListModel& m_model;
    std::function<TaskOptions()> m_task;
    std::function<bool()> m_isWatched;
};

} // namespace tritloom
