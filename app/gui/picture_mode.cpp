#include "app/gui/picture_mode.h"

#include "app/gui/screenshot.h"
#include "app/session/text_file.h"

#include <QBuffer>
#include <QEventLoop>
#include <QFileInfo>

#include <cstdio>

namespace tritloom {
namespace {

constexpr int wrongUse = 2; ///< of exit codes, as tritloom-cli has them

int complain(const std::string& why)
{
    std::fprintf(stderr, "%s\n", why.c_str());
    return 1;
}

/// An evaluation that fails ends the wait, with why.
void heedFailure(Workspace& workspace, QEventLoop& loop, std::string& failure)
{
    QObject::connect(&workspace.evaluation(), &EvaluationController::failed, &loop, [&](const QString& why) {
        failure = why.toStdString();
        loop.quit();
    });
    QObject::connect(&workspace.evaluation(), &EvaluationController::finished, &loop, &QEventLoop::quit);
}

/// A sweep as the window makes it, the default budget, a measurement: the state in which every page has
/// something to show.
Result<void> measure(Workspace& workspace)
{
    std::string failure;
    QEventLoop loop;
    QObject::connect(&workspace.sensitivity(), &SensitivityController::failed, &loop, [&](const QString& why) {
        failure = why.toStdString();
        loop.quit();
    });
    QObject::connect(&workspace.sensitivity(), &SensitivityController::runningChanged, &loop, [&] {
        if (!workspace.sensitivity().isRunning())
            loop.quit();
    });
    workspace.sensitivity().start();
    if (workspace.sensitivity().isRunning())
        loop.exec();
    if (!failure.empty())
        return fail(ErrorCode::Unsupported, "{}", failure);
    heedFailure(workspace, loop, failure);
    TRY_VOID(workspace.allocateToBudget());
    if (workspace.evaluation().isRunning())
        loop.exec();
    if (!failure.empty())
        return fail(ErrorCode::InvalidInput, "{}", failure);
    return {};
}

/// Reads the pictures and waits until they are measured.
Result<void> takePictures(Workspace& workspace, const std::optional<PictureSource>& source)
{
    const auto& model = workspace.model().picture;
    if (!model)
        return {};
    PictureOptions options = workspace.pictures().options();
    if (source)
        applySource(options, *source);
    if (!hasPictures(workspace.model(), options.source))
        return {};
    std::string failure;
    QEventLoop loop;
    QObject::connect(&workspace.pictures(), &PicturesController::failed, &loop, [&](const QString& why) {
        failure = why.toStdString();
        loop.quit();
    });
    heedFailure(workspace, loop, failure);
    workspace.pictures().load(options);
    loop.exec();
    if (!failure.empty())
        return fail(ErrorCode::InvalidInput, "{}", failure);
    return {};
}

} // namespace

int takePicture(const PictureRequest& request)
{
    if (request.theme != QLatin1String("light") && request.theme != QLatin1String("dark"))
        return complain("the theme is light or dark, not '" + request.theme.toStdString() + "'");
    const std::filesystem::path path
        = request.model == QLatin1String("sample") ? sampleModelPath() : std::filesystem::path(request.model.toStdString());
    auto model = loadModel(path);
    if (!model)
        return complain(model.error().message);
    if (request.pictures && !(*model)->picture) {
        const PictureSource& said = *request.pictures;
        std::fprintf(
            stderr, "--%s means nothing here: the model works on no pictures\n",
            !said.images.empty()       ? "images"
                : !said.labels.empty() ? "labels"
                                       : "limit");
        return wrongUse;
    }
    const PluginHost plugins;
    // A picture shows the model, not what somebody did to it yesterday; what was measured then is still true.
    const auto kept = request.measured ? Workspace::autosaveFor(**model) : Result<ProjectStore::Opened>();
    auto created = kept && kept->store ? Workspace::create(std::move(*model), plugins, {}, *kept->store)
                                       : Workspace::create(std::move(*model), plugins, {});
    if (!created)
        return complain(created.error().message);
    const std::shared_ptr<Workspace> workspace = std::move(*created);
    if (const auto taken = takePictures(*workspace, request.pictures); !taken)
        return complain(taken.error().message);
    if (request.measured && workspace->model().picture && workspace->pictures().current() == nullptr) {
        std::fputs("pictures are needed: give a folder of them with --images\n", stderr);
        return wrongUse;
    }
    if (request.measured)
        if (const auto measured = measure(*workspace); !measured)
            return complain(measured.error().message);
    // Once more, from what is kept: this time the pages are there to hear it.
    if (request.measured)
        workspace->evaluation().request(workspace->document().allocation());
    const auto image = grabPage(
        workspace, request.page, request.theme == QLatin1String("dark") ? Theme::Dark : Theme::Light, request.size,
        QFileInfo(QString::fromStdString(path.string())).fileName());
    if (!image)
        return complain(image.error().message);
    QByteArray bytes; // in one piece or not at all: a full disk leaves what was there
    QBuffer buffer(&bytes);
    if (!buffer.open(QIODevice::WriteOnly) || !image->save(&buffer, "PNG"))
        return complain("the picture cannot be encoded");
    if (const auto written = writeTextFile(request.file, bytes.toStdString()); !written)
        return complain(written.error().message);
    return 0;
}

} // namespace tritloom
