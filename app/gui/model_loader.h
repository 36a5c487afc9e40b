#pragma once

#include "app/session/workspace.h"
#include "core/architecture/prepared_file.h"
#include "core/file/base_files.h"

#include <QObject>
#include <QStringList>

#include <atomic>
#include <thread>

namespace tritloom {

/// A model ready for a Workspace.
struct OpenedModel {
    std::shared_ptr<Engine> engine;
    std::shared_ptr<ProjectStore> store; ///< null: nothing is kept, and `problem` says why
    QString path, problem;
    std::shared_ptr<const ModelFile> base; ///< that its file holds differences to; null: it stands by itself
    std::filesystem::path original; ///< what the file was made from, where it was found
    QStringList notices; ///< what was found and mended on the way, a sentence each
};

/// Opens models and projects on a thread of its own; the newest request wins. Transforms that a project
/// rewrote its model by run again, which takes as long as it did: with progress, and a way to stop. GUI
/// thread only.
class ModelLoader final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    /// plugins: lives on. pictures: for a network on pictures; absent: those of the project, else none. base:
    /// that is open, null where none is; differences to it are read over it and not over what lies beside
    /// them.
    void load(
        const std::filesystem::path& path, const PluginHost& plugins, EngineOptions options,
        std::optional<PictureSource> pictures = {}, std::shared_ptr<const Model> base = {});
    /// Nothing is opened; neither loaded() nor failed() follows.
    void cancel();
    [[nodiscard]] bool isLoading() const { return m_loading; }
    [[nodiscard]] const QString& transform() const { return m_transform; } ///< that runs again; "": none
    [[nodiscard]] double fraction() const { return m_fraction; } ///< of all transforms

signals:
    void transformChanged();
    void loaded(const tritloom::OpenedModel& opened);
    void failed(const QString& why, const QString& path);

private:
    std::atomic<quint64> m_newest = 0;
    bool m_loading = false;
    QString m_transform;
    std::atomic<double> m_fraction = 0;
    BaseFiles m_bases{{}, preparedFile}; ///< mapped once for all fine-tunes that are opened one after the other
    std::jthread m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
