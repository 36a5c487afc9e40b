#include "app/gui/model_loader.h"

#include "app/gui/plugin_words.h"
#include "app/gui/settings.h"
#include "app/session/left_parts.h"
#include "app/session/original_note.h"

#include <QMetaObject>

#include <functional>
#include <utility>

namespace tritloom {
namespace {

/// The pictures of a network on pictures: those asked for, else the project's. One that cannot be read is no
/// reason not to open the model.
void openPictures(OpenedModel& opened, const std::optional<PictureSource>& asked)
{
    const Model& model = *opened.engine->model();
    if (!model.picture)
        return;
    PictureOptions options = windowPictureOptions(*model.picture, opened.engine->options());
    if (const auto kept = opened.store && (!asked || asked->images.empty())
            ? opened.store->setting("pictures")
            : std::nullopt)
        (void)applyPictureSettings(
            options, QByteArray(reinterpret_cast<const char*>(kept->data()), qsizetype(kept->size())));
    if (asked)
        applySource(options, *asked);
    if (!hasPictures(model, options.source))
        return;
    auto pictures = PictureEngine::create(opened.engine->model(), opened.engine->methods(), options);
    if (!pictures) {
        opened.notices << QString::fromStdString(pictures.error().message);
        return;
    }
    (*pictures)->makeThumbnails();
    opened.engine->setPictures(*pictures);
    if (const QByteArray text = pictureSettings(options); asked && opened.store)
        (void)opened.store->setSetting(
            "pictures",
            std::as_bytes(std::span(text.constData(), std::size_t(text.size())))); // asked for again
}

/// What the project rewrote its model by, done again: the file on disk is the one before.
/// onTransform: its title, and how far all of them are.
Result<void> transformAgain(
    OpenedModel& opened, const PluginHost& plugins, std::stop_token stop,
    const std::function<void(const QString&, double)>& onTransform)
{
    const auto kept = opened.store->setting("transforms");
    if (!kept)
        return {};
    const auto list = transformsOf({reinterpret_cast<const char*>(kept->data()), kept->size()});
    for (std::size_t i = 0; i < list.size(); ++i) {
        const AppliedTransform& applied = list[i];
        const ModelTransform* const transform = plugins.transform(applied.transform.id);
        if (transform == nullptr)
            return fail(
                ErrorCode::NotFound, "the project's model was rewritten by '{}', which is not there",
                applied.transform.id);
        std::vector<Candidate> prepares;
        if (!applied.preparedFor.format.empty())
            prepares.push_back(applied.preparedFor);
        QString title = QString::fromStdString(applied.transform.id);
        for (const MethodInfo& info : plugins.of(PluginKind::ModelTransform))
            if (info.id == applied.transform.id)
                title = pluginWords(info.title);
        const auto report = [&](double fraction) {
            onTransform(title, (double(i) + fraction) / double(list.size()));
        };
        report(0);
        opened.engine = TRY(opened.engine->transformed(
            *transform, applied.transform.parameters, std::move(prepares),
            {.stop = stop, .progress = report}));
    }
    return {};
}

/// Over the base that is open, where it holds differences to that one; else as `bases` find it.
Result<OverBase>
openFile(const std::filesystem::path& path, const std::shared_ptr<const Model>& present, BaseFiles& bases)
{
    if (present) {
        BaseFiles given({present->file->path}, preparedFile);
        given.hold(present->file);
        if (auto over = openOverBase(path, given); over && over->base)
            return over;
    }
    return openOverBase(path, bases);
}

Result<OpenedModel> open(
    const std::filesystem::path& path, const PluginHost& plugins, EngineOptions options,
    const std::optional<PictureSource>& pictures, const std::shared_ptr<const Model>& base, BaseFiles& bases,
    std::stop_token stop, const std::function<void(const QString&, double)>& onTransform)
{
    (void)devices(); // drivers load slowly: not when the window first shows their names
    MethodLookup methods = plugins.lookup();
    OpenedModel opened;
    opened.path = QString::fromStdString(path.string());
    std::filesystem::path modelPath = path;
    std::string expected;
    if (path.extension() == ".tritproj") {
        if (std::error_code none; !std::filesystem::exists(path, none)) // which would be begun
            return fail(ErrorCode::NotFound, "{}: there is no such file or folder", path.string());
        opened.store = TRY(ProjectStore::open(path));
        const auto reference = TRY(opened.store->model());
        modelPath = reference.path;
        expected = reference.key;
    }
    OverBase file = TRY(openFile(modelPath, opened.store ? nullptr : base, bases));
    opened.base = std::move(file.base);
    auto model = makeModel(std::move(file.model));
    if (!expected.empty() && expected != hexadecimal(model->key))
        opened.notices << QString::fromStdString(fmt::format(
            "{} is not the file that this project was made with: its bits are kept, figures are measured anew",
            modelPath.filename().string()));
    if (!opened.store) {
        if (auto kept = Workspace::autosaveFor(*model)) {
            opened.store = std::move(kept->store);
            if (!kept->notice.empty())
                opened.notices << QString::fromStdString(kept->notice);
        } else {
            opened.problem = QString::fromStdString(kept.error().message);
        }
    }
    opened.engine = TRY(Engine::create(std::move(model), std::move(methods), std::move(options)));
    openPictures(opened, pictures);
    if (opened.store)
        TRY_VOID(transformAgain(opened, plugins, std::move(stop), onTransform));
    return opened;
}

} // namespace

void ModelLoader::load(
    const std::filesystem::path& path, const PluginHost& plugins, EngineOptions options,
    std::optional<PictureSource> pictures, std::shared_ptr<const Model> base)
{
    m_loading = true;
    m_transform.clear();
    m_fraction = 0;
    m_worker.request_stop();
    std::vector<std::filesystem::path> recent = recentPaths();
    const std::filesystem::path exports = lastFolder("export").toStdString();
    m_bases.setRecent(recent);
    // The thread before it cannot be interrupted inside a library; it is waited for by the new one, not by
    // the window.
    m_worker =
        std::jthread([this, path, &plugins, options = std::move(options), pictures = std::move(pictures),
                      base = std::move(base), recent = std::move(recent), exports, generation = ++m_newest,
                      before = std::move(m_worker)](std::stop_token stop) mutable {
            if (before.joinable())
                before.join();
            const auto onTransform = [this, generation,
                                      shown = QString()](const QString& title, double fraction) mutable {
                if (generation != m_newest)
                    return;
                m_fraction = fraction;
                if (std::exchange(shown, title) != title)
                    QMetaObject::invokeMethod(
                        this,
                        [this, generation, title] {
                            if (generation != m_newest)
                                return;
                            m_transform = title;
                            emit transformChanged();
                        },
                        Qt::QueuedConnection);
            };
            auto result = open(
                path, plugins, std::move(options), pictures, base, m_bases, std::move(stop), onTransform);
            if (result)
                if (const ModelFile& file = *result->engine->model()->file; const auto note = originalOf(file))
                    result->original = findOriginal(*note, file, recent);
            if (result)
                for (const auto& folder : {path.parent_path(), exports})
                    for (const std::string& sentence : removeLeft(folder))
                        result->notices << QString::fromStdString(sentence);
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

void ModelLoader::cancel()
{
    ++m_newest;
    m_loading = false;
    m_worker.request_stop();
}

} // namespace tritloom
