#include "app/cli/picture_commands.h"

#include "app/session/recipe.h"

#include <QDir>
#include <QJsonArray>

namespace tritloom::cli {

int generatePictures(Context& context, std::shared_ptr<const Model> model)
{
    if (!context.parser.isSet("output")) {
        std::fputs("-o FOLDER is needed\n", stderr);
        return WrongUse;
    }
    QJsonArray files;
    const auto run = [&]() -> Result<void> {
        if (model->picture && model->picture->task != PictureTask::Generation)
            return fail(
                ErrorCode::Unsupported, "the network is for {}, it generates no pictures", nameOf(model->picture->task));
        const auto engine = TRY(openPictureEngine(context, std::move(model)));
        Allocation allocation = engine->model()->original();
        if (context.parser.isSet("recipe"))
            allocation = TRY(readRecipe(*engine->model(), context.parser.value("recipe").toStdString()));
        const QDir folder(context.parser.value("output"));
        if (!folder.mkpath("."))
            return fail(ErrorCode::Io, "{}: the folder cannot be made", folder.path().toStdString());
        const auto session = TRY(engine->makeSession());
        const PictureModel& picture = *engine->model()->picture;
        const auto& samples = session->samples();
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const TaskOutput output
                = TRY(session->output(i, allocation, NetworkPass::Keep::Nothing, context.stop));
            const QString path = folder.filePath(QString("%1.png").arg(samples[i].seed, 6, 10, QChar('0')));
            TRY_VOID(writePicture(taskRow(picture.task).shown(picture, output), path.toStdString()));
            files.append(path);
            context.progress("generate", double(i + 1) / double(samples.size()));
        }
        return {};
    };
    if (const auto done = run(); !done)
        return context.fail(done.error());
    if (context.json())
        context.print({{"files", files}, {"samples", files.size()}});
    else
        for (const QJsonValue& file : files)
            std::printf("%s\n", qPrintable(file.toString()));
    return Done;
}

} // namespace tritloom::cli
