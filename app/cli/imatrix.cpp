#include "app/cli/model_commands.h"

#include "app/session/text_file.h"
#include "core/calibrate/imatrix_file.h"

#include <QFileInfo>

namespace tritloom::cli {

int imatrix(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "The model to run on the calibration text.");
    context.addEngineOptions();
    context.addOption({{"o", "output"}, "The file to write.", "file"});
    context.addOption({"old", "The form before GGUF, as .dat files have it."});
    if (!context.parse(arguments, 1))
        return context.exitCode;
    if (!context.parser.isSet("output")) {
        std::fprintf(stderr, "--output is needed: the file to write\n");
        return WrongUse;
    }
    const QString output = context.parser.value("output");
    const auto run = [&]() -> Result<ImatrixFile> {
        TRY_VOID(checkBase(context, {}));
        for (const char* const option : {"text", "imatrix"})
            if (context.parser.isSet(option))
                return context.misuse(
                    "--{} means nothing here: what is gathered is of the text of --calibration", option);
        EngineOptions options = TRY(context.engineOptions());
        options.calibrationChunks =
            options.evaluation.chunkCount != 0 ? options.evaluation.chunkCount : options.calibrationChunks;
        const auto engine =
            TRY(openEngine(context, context.parser.positionalArguments()[0], std::move(options)));
        Statistics* const statistics = engine->compressor()->statistics();
        if (statistics == nullptr)
            return fail(
                ErrorCode::Unsupported, "there is nothing to gather: {}",
                engine->whyNotEvaluated().empty() ? "the calibration text is too short"
                                                  : engine->whyNotEvaluated());
        const QString dataset = context.parser.isSet("calibration")
            ? QFileInfo(context.parser.value("calibration")).fileName()
            : QStringLiteral("calibration.txt");
        const ImatrixFile file = TRY(imatrixOf(
            *engine->model(), *statistics, dataset.toStdString(),
            std::uint32_t(engine->options().evaluation.contextLength), context.stop,
            [&](double fraction) { context.progress("imatrix", fraction); }));
        TRY_VOID(writeImatrix(
            endOfLinks(output.toStdString()), file,
            context.parser.isSet("old") ? ImatrixForm::Old : ImatrixForm::Gguf));
        return file;
    };
    const auto written = run();
    if (!written)
        return context.fail(written.error());
    if (context.json())
        context.print(
            {{"output", output},
             {"matrices", qint64(written->entries.size())},
             {"chunks", qint64(written->chunkCount)},
             {"chunkSize", qint64(written->chunkSize)}});
    else
        std::printf(
            "%s: %zu matrices, %u chunks of %u tokens\n", qPrintable(output), written->entries.size(),
            written->chunkCount, written->chunkSize);
    return Done;
}

} // namespace tritloom::cli
