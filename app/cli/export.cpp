#include "app/cli/picture_commands.h"

#include "app/session/export_controller.h"
#include "app/session/export_kinds.h"
#include "app/session/pictures_beside.h"
#include "app/session/written_formats.h"

#include <QJsonArray>

namespace tritloom::cli {

namespace {

/// Of a method that writes one: it need not be named. Errors: WrongUse.
Result<std::string> onlyFormat(Context& context, const PluginChoice& method)
{
    const LayerMethod& writer = *context.plugins().find(method.id);
    const auto formats = writtenFormats(writer);
    if (formats.size() == 1)
        return formats.front()->id();
    constexpr std::size_t most = 6;
    return context.misuse(
        "--method means nothing without --format: {} writes {}", method.id, writtenFormatIds(writer, most));
}

} // namespace

int exportModel(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "The model to compress.");
    context.addEngineOptions();
    context.addOption(
        {"recipe", "What becomes of each layer (from 'allocate'); without it all stay.", "file"});
    context.addOption({"format", "One format for every layer instead of a recipe.", "id"});
    context.addOption(
        {"method", "How weights are fitted, with --format, e.g. gptq:act_order=0.", "id", "imatrix"});
    context.addOption(
        {"target",
         "What is written, of 'tritloom-cli targets' (default: told by the file's name; .onnx has INT4 where "
         "a format "
         "fits it, else INT8).",
         "id"});
    context.addOption(
        {{"o", "output"},
         "The file to write: .gguf, .onnx, .safetensors, or .tritloom for what no runtime holds; folders: "
         ".compressed-tensors, .gptq, .bitnet.",
         "file"});
    context.addOption(
        {"skip-evaluation",
         "Do not run the written file beside its recipe (saves the time of a short text)."});
    addPictureOptions(context);
    if (!context.parse(arguments, 1))
        return context.exitCode;
    if (!context.parser.isSet("output")) {
        std::fputs("-o FILE is needed\n", stderr);
        return WrongUse;
    }
    if (context.parser.isSet("format") && context.parser.isSet("recipe")) {
        std::fputs("--format and --recipe both say what becomes of each layer: give one\n", stderr);
        return WrongUse;
    }
    if (context.parser.isSet("method") && context.parser.isSet("recipe")) {
        std::fputs("--method means nothing without --format: a recipe names its own methods\n", stderr);
        return WrongUse;
    }
    const auto run = [&]() -> Result<ExportReport> {
        std::shared_ptr<const Model> network = TRY(pictureModel(context));
        std::shared_ptr<Engine> engine;
        std::shared_ptr<Compressor> compressor;
        // Networks that make pictures make those they are calibrated on.
        const bool makesPictures =
            network != nullptr && network->picture && network->picture->task == PictureTask::Generation;
        const bool hasPictures = context.parser.isSet("images") || context.parser.isSet("calibration")
            || (network != nullptr && !picturesBeside(network->file->path).evaluation.empty());
        if (network != nullptr && network->picture && (makesPictures || hasPictures)) {
            const auto pictures = TRY(openPictureEngine(context, network));
            network = pictures->model();
            compressor = pictures->compressor();
        } else if (network != nullptr) { // methods that need pictures will say so
            network = TRY(transformedPictureModel(context, network));
            compressor = std::make_shared<Compressor>(network, context.plugins().lookup(), nullptr, 0);
        } else {
            EngineOptions options = TRY(context.engineOptions());
            if (context.parser.isSet("skip-evaluation"))
                options.memoBytes = 0; // each layer is made once: two of them in memory, not the file
            engine = TRY(openEngine(context, context.parser.positionalArguments()[0], std::move(options)));
            network = engine->model();
            compressor = engine->compressor();
        }
        const Model& model = *network;
        Allocation allocation = TRY(askedAllocation(context, model));
        if (context.parser.isSet("format") || context.parser.isSet("method")) {
            const PluginChoice method =
                TRY(askedPlugin(context, PluginKind::LayerMethod, context.parser.value("method")));
            const std::string format = context.parser.isSet("format")
                ? context.parser.value("format").toStdString()
                : TRY(onlyFormat(context, method));
            const Candidate candidate = TRY(candidateOf(context, format, method));
            const LayerMethod* const fits = context.plugins().find(candidate.method);
            if (model.picture && !makesPictures && !hasPictures && fits != nullptr
                && fits->calibration() != Calibration::None)
                return context.misuse(
                    "the method {} learns from pictures and there are none: name a folder of them with "
                    "--calibration or --images, or a method that needs none, e.g. --method rtn",
                    candidate.method);
            allocation = uniform(model, {candidate.format, candidate.method, candidate.parameters});
        }
        const ExportTarget& target = *TRY(context.asked(exportTargetOf(
            context.parser.value("target").toStdString(), context.parser.value("output").toStdString(), model,
            allocation)));
        TRY_VOID(checkMethods(context, *compressor, methodsOf(allocation)));
        for (const std::string& remark : exportRemarks(model, allocation, target))
            std::fprintf(stderr, "note: %s\n", remark.c_str());
        return exportAllocation(
            model, *compressor, allocation, context.parser.value("output").toStdString(), context.stop,
            [&](double fraction) { context.progress("export", fraction); },
            context.parser.value("target").toStdString(),
            context.parser.isSet("skip-evaluation") ? Evaluate::No : Evaluate::Yes,
            context.applied.empty() ? Weights::Stored : Weights::Rewritten);
    };
    const auto report = run();
    if (!report)
        return context.fail(report.error());
    if (context.json()) {
        QJsonArray checks;
        for (const std::string& check : report->checks)
            checks.append(QString::fromStdString(check));
        QJsonArray remarks;
        for (const std::string& remark : report->remarks)
            remarks.append(QString::fromStdString(remark));
        context.print(
            {{"path", QString::fromStdString(report->path.string())},
             {"bytes", qint64(report->bytes)},
             {"tensors", qint64(report->tensors)},
             {"checks", checks},
             {"remarks", remarks},
             {"hash", QString::fromStdString(report->hash)},
             {"milliseconds", qint64(report->elapsed.count())}});
        return Done;
    }
    std::printf(
        "%s: %s, %zu tensors\n", report->path.c_str(), qPrintable(formatBytes(report->bytes)),
        report->tensors);
    for (const std::string& check : report->checks)
        std::printf("  %s\n", check.c_str());
    for (const std::string& remark : report->remarks)
        std::printf("  note: %s\n", remark.c_str());
    return Done;
}

} // namespace tritloom::cli
