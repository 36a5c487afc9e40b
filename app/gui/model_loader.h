#pragma once

#include "app/session/workspace.h"

#include <QObject>

#include <thread>

namespace tritloom {

/// A model ready for a Workspace.
struct OpenedModel {
    std::shared_ptr<Engine> engine;
    std::shared_ptr<ProjectStore> store; ///< null: nothing is kept, and `problem` says why
    QString path, problem;
    QString notice; ///< what was found and mended on the way; empty: nothing
};

/// Opens models and projects on a thread of its own; the newest request wins. GUI thread only.
class ModelLoader final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    /// plugins: lives on. pictures: for a network on pictures; absent: those of the project, else none.
    void load(
        const std::filesystem::path& path, const PluginHost& plugins, EngineOptions options,
        std::optional<PictureSource> pictures = {});
    [[nodiscard]] bool isLoading() const { return m_loading; }

signals:
    void loaded(const tritloom::OpenedModel& opened);
    void failed(const QString& why, const QString& path);

private:
    quint64 m_newest = 0;
    bool m_loading = false;
    std::jthread m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
