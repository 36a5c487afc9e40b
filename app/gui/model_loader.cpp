#include "app/gui/model_loader.h"

#include <QMetaObject>

namespace tritloom {
namespace {

Result<OpenedModel> open(const std::filesystem::path& path, MethodLookup methods, EngineOptions options)
{
    OpenedModel opened;
    opened.path = QString::fromStdString(path.string());
    std::filesystem::path modelPath = path;
    if (path.extension() == ".tritproj") {
        opened.store = TRY(ProjectStore::open(path));
        modelPath = TRY(opened.store->model()).path;
    }
    auto model = TRY(loadModel(modelPath));
    if (!opened.store) {
        if (auto kept = Workspace::autosaveFor(*model)) {
            opened.store = std::move(kept->store);
            opened.notice = QString::fromStdString(kept->notice);
        } else {
            opened.problem = QString::fromStdString(kept.error().message);
        }
    }
    opened.engine = TRY(Engine::create(std::move(model), std::move(methods), std::move(options)));
    return opened;
}

} // namespace

void ModelLoader::load(const std::filesystem::path& path, MethodLookup methods, EngineOptions options)
{
    m_loading = true;
    // The thread before it cannot be interrupted inside a library; it is waited for by the new one, not by
    // the window.
    m_worker = std::jthread([this, path, methods = std::move(methods), options = std::move(options),
                             generation = ++m_newest, before = std::move(m_worker)]() mutable {
        if (before.joinable())
            before.join();
        auto result = open(path, std::move(methods), std::move(options));
        QMetaObject::invokeMethod(
            this,
            [this, generation, result = std::move(result), text = QString::fromStdString(path.string())] {
                if (generation != m_newest)
                    return;
                m_loading = false;
                if (result)
                    emit loaded(*result);
                else
                    emit failed(QString::fromStdString(result.error().message), text);
            },
            Qt::QueuedConnection);
    });
}

} // namespace tritloom
