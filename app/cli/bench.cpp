#include "app/cli/model_commands.h"

#include "app/session/benchmark_model.h"
#include "app/session/benchmark_preview.h"
#include "app/session/benchmark_rows.h"
#include "app/session/near_word.h"
#include "app/session/text_file.h"
#include "core/base/parallel.h"

#include <QJsonArray>

#include <functional>

namespace tritloom::cli {
namespace {

QString rate(double perSecond)
{
    return QString::number(perSecond / 1e9, 'f', perSecond < 1e10 ? 2 : 1);
}

QString percent(double share)
{
    return QString::number(share * 100, 'f', 0) + " %";
}

QStringList cellsOf(const BenchmarkRow& row)
{
    return {
        QString::fromStdString(row.device),
        QString::fromStdString(row.format),
        QString::number(row.rows),
        QString::number(row.inner),
        QString::number(row.columns),
        QString::number(row.wallSeconds * 1e3, 'f', 3),
        QString::number(row.seconds * 1e3, 'f', 3),
        "±" + percent(row.spread / 2),
        rate(row.bytesPerSecond),
        percent(row.shareOfBandwidth),
        rate(row.operationsPerSecond),
        percent(row.shareOfPeak)};
}

struct Measured {
    CpuLimits limits;
    std::vector<BenchmarkRow> rows;
    std::vector<PhaseShare> phases;
};

Result<std::vector<CpuActivations>> modesOf(const Context& context)
{
    const QString mode = context.parser.value("mode");
    if (mode == "exact")
        return std::vector{CpuActivations::Exact};
    if (mode == "8bit")
        return std::vector{CpuActivations::EightBit};
    if (mode == "both")
        return std::vector{CpuActivations::Exact, CpuActivations::EightBit};
    return context.misuse("--mode is exact, 8bit or both, not '{}'", mode.toStdString());
}

Result<std::vector<VulkanProducts>> vulkanModesOf(const Context& context)
{
    const QString mode = context.parser.value("mode");
    if (mode == "exact")
        return std::vector{VulkanProducts::Exact};
    if (mode == "8bit")
        return std::vector{VulkanProducts::EightBit};
    if (mode == "half")
        return std::vector{VulkanProducts::Half};
    if (mode == "both")
        return std::vector{VulkanProducts::Exact, VulkanProducts::EightBit};
    return context.misuse(
        "--mode of a Vulkan device is exact, 8bit, half or both, not '{}'", mode.toStdString());
}

/// That the device's id and --mode do not both say how it multiplies.
Result<void> checkModeOf(const Context& context, bool isModel)
{
    const std::string id = context.parser.value("device").toStdString();
    if (!context.parser.isSet("mode") || id == "cpu")
        return {};
    if (id.ends_with(":8bit") || id.ends_with(":half"))
        return context.misuse("the device '{}' says how it multiplies: leave out --mode", id);
    if (isModel)
        return context.misuse("--mode is of the CPU here: name the device {}:8bit or {}:half", id, id);
    return {};
}

Result<VulkanNarrow> narrowOf(const Context& context)
{
    const std::string id = context.parser.value("device").toStdString();
    if (context.parser.isSet("narrow") && !id.starts_with("vulkan:"))
        return context.misuse("--narrow is of Vulkan devices, '{}' is none", id);
    const QString narrow = context.parser.value("narrow");
    if (narrow == "quick")
        return VulkanNarrow::WhereQuick;
    if (narrow == "always")
        return VulkanNarrow::Always;
    if (narrow == "never")
        return VulkanNarrow::Never;
    return context.misuse("--narrow is quick, always or never, not '{}'", narrow.toStdString());
}

/// Of --formats, which for tensors of random weights have a group of their own and not one a row.
Result<std::vector<std::string>> formatsOf(Context& context)
{
    std::vector<std::string> ids = TRY(askedFormats(context));
    for (std::string& id : ids)
        id = TRY(context.asked(parseNumberFormat(id)))->id();
    return ids;
}

/// What remains to do once the options are understood.
using Work = std::function<Result<void>(Measured&, const OnBenchmarkRow&)>;

Result<Work> kernelsWork(Context& context)
{
    KernelBenchmark what;
    what.device = TRY(context.device());
    what.narrow = TRY(narrowOf(context));
    TRY_VOID(checkModeOf(context, false));
    if (what.device.starts_with("vulkan:"))
        what.vulkanModes = TRY(vulkanModesOf(context));
    else
        what.modes = TRY(modesOf(context));
    what.rows = TRY(context.countOption("rows", what.rows));
    what.inner = TRY(context.countOption("inner", what.inner));
    TRY_VOID(checkSize(what.rows, what.inner));
    what.cached = context.parser.isSet("cached");
    what.instructionSet = context.parser.value("instruction-set").toStdString();
    what.formats = TRY(formatsOf(context));
    what.columns.clear();
    for (const QString& text : context.parser.value("columns").split(',')) {
        const std::size_t count = text.trimmed().toULongLong();
        if (count == 0 || count > 1'000'000)
            return context.misuse("--columns needs numbers from 1 on, not '{}'", text.toStdString());
        what.columns.push_back(count);
    }
    return [&context, what](Measured& measured, const OnBenchmarkRow& onRow) {
        return benchmarkKernels(what, measured.limits, onRow, context.stop);
    };
}

Result<std::vector<PluginChoice>> methodsOf(Context& context)
{
    return askedPlugins(context, PluginKind::LayerMethod, TRY(askedList(context, "methods")));
}

Result<Work> fitWork(Context& context)
{
    FitBenchmark what;
    what.rows = TRY(context.countOption("rows", what.rows));
    what.inner = TRY(context.countOption("inner", what.inner));
    TRY_VOID(checkSize(what.rows, what.inner));
    what.count = TRY(context.countOption("count", what.count));
    if (const auto formats = TRY(formatsOf(context)); !formats.empty())
        what.formats = formats;
    what.methods = TRY(methodsOf(context));
    return [&context, what](Measured& measured, const OnBenchmarkRow& onRow) {
        return benchmarkFit(what, context.plugins().lookup(), measured.limits, onRow, context.stop);
    };
}

Result<Work> modelWork(Context& context, const QString& what)
{
    ModelBenchmark options;
    options.device = TRY(context.device());
    TRY_VOID(checkModeOf(context, true));
    options.modes = TRY(modesOf(context));
    options.context = TRY(context.countOption("context", options.context));
    constexpr std::size_t longest = std::size_t{1} << 15; // tokens: scores of all pairs take 4 GB a head
    if (options.context > longest)
        return context.misuse("--context is at most {} tokens here, not {}", longest, options.context);
    options.count = TRY(context.countOption("count", what == "drag" ? 3 : 2));
    std::vector<std::string> formats = TRY(formatsOf(context));
    if (formats.empty())
        formats = {"q4_k"};
    if (context.parser.isSet("model") && context.parser.isSet("shape"))
        return context.misuse("--shape is of random weights, and --model names a file: give one of them");
    if (context.parser.isSet("model")) {
        options.model = TRY(loadModel(context.parser.value("model").toStdString()));
        const std::string name = options.model->file->path.filename().string();
        if (options.model->picture)
            return context.misuse("{} is a network on pictures: '{}' runs tokens", name, what.toStdString());
        if (!options.model->graph)
            return fail(ErrorCode::Unsupported, "{} cannot be run: {}", name, options.model->whyNotEvaluated);
    } else {
        TRY_VOID(context.asked(checkShape(context.parser.value("shape").toStdString())));
    }
    return
        [&context, what, options, formats](Measured& measured, const OnBenchmarkRow& onRow) -> Result<void> {
            ModelBenchmark benchmark = options;
            const bool file = context.parser.isSet("model");
            for (const std::string& id : formats) {
                if (!file) // a drag begins at what the file holds
                    benchmark.model = TRY(randomModel(
                        context.parser.value("shape").toStdString(),
                        TRY(parseNumberFormat(what == "drag" ? "f16" : id))));
                if (what == "drag") {
                    TRY_VOID(benchmarkDrag(
                        benchmark, id, context.plugins().lookup(), measured.limits, onRow, context.stop));
                    continue;
                }
                const auto run = what == "evaluate" ? benchmarkEvaluate : benchmarkDecode;
                const auto phases = TRY(run(benchmark, measured.limits, onRow, context.stop));
                measured.phases.insert(measured.phases.end(), phases.begin(), phases.end());
                if (file)
                    break;
            }
            return {};
        };
}

Result<Work> previewWork(Context& context)
{
    PreviewBenchmark what;
    what.device = TRY(context.device());
    what.images = context.parser.value("images").toStdString();
    what.count = TRY(context.countOption("count", what.count));
    if (!context.parser.isSet("model"))
        return context.misuse("'preview' needs a network on pictures: --model FILE");
    what.model = TRY(loadModel(context.parser.value("model").toStdString()));
    if (!what.model->picture)
        return context.misuse(
            "{} is no network on pictures: 'preview' times the first picture",
            what.model->file->path.filename().string());
    if (auto formats = TRY(askedFormats(context)); !formats.empty())
        what.formats = std::move(formats);
    what.methods = TRY(methodsOf(context));
    return [&context, what](Measured& measured, const OnBenchmarkRow& onRow) {
        return benchmarkPreview(what, context.plugins().lookup(), measured.limits, onRow, context.stop);
    };
}

/// Options that some benchmarks have and others do not: named, not passed over.
Result<void> checkOptions(const Context& context, const QString& what)
{
    static constexpr struct {
        const char* option;
        const char* benchmarks;
    } rows[] = {
        {"device", "kernels evaluate decode drag preview"},
        {"mode", "kernels evaluate decode drag"},
        {"narrow", "kernels"},
        {"columns", "kernels"},
        {"rows", "kernels fit"},
        {"inner", "kernels fit"},
        {"methods", "fit preview"},
        {"instruction-set", "kernels"},
        {"cached", "kernels"},
        {"model", "evaluate decode drag preview"},
        {"images", "preview"},
        {"shape", "evaluate decode drag"},
        {"context", "evaluate decode drag"},
        {"count", "fit evaluate decode drag preview"},
    };
    for (const auto& row : rows)
        if (context.parser.isSet(row.option) && !QString(row.benchmarks).split(' ').contains(what))
            return context.misuse(
                "--{} means nothing to the benchmark '{}': it is for {}", row.option, what.toStdString(),
                QString(row.benchmarks).replace(" ", ", ").toStdString());
    return {};
}

Result<Work> workOf(Context& context, const QString& what)
{
    if (QStringList{"kernels", "fit", "evaluate", "decode", "drag", "preview"}.contains(what))
        TRY_VOID(checkOptions(context, what));
    if (what == "kernels")
        return kernelsWork(context);
    if (what == "fit")
        return fitWork(context);
    if (what == "preview")
        return previewWork(context);
    if (QStringList{"evaluate", "decode", "drag"}.contains(what))
        return modelWork(context, what);
    static const std::vector<std::string> known{"kernels", "fit", "evaluate", "decode", "drag", "preview"};
    return context.misuse(
        "there is no benchmark '{}'{}", what.toStdString(),
        didYouMean(what.toStdString(), known, ": kernels, fit, evaluate, decode, drag and preview are"));
}

void printMeasured(Context& context, const QString& what, const Measured& measured)
{
    if (context.json()) {
        QJsonArray list, phases;
        for (const BenchmarkRow& row : measured.rows)
            list.append(toJson(row));
        for (const PhaseShare& phase : measured.phases)
            phases.append(QJsonObject{
                {"device", QString::fromStdString(phase.device)},
                {"phase", QString::fromStdString(phase.phase)},
                {"share", phase.share}});
        context.print(
            {{"readBytesPerSecond", measured.limits.readBytesPerSecond},
             {"floatOperationsPerSecond", measured.limits.floatOperationsPerSecond},
             {"byteOperationsPerSecond", measured.limits.byteOperationsPerSecond},
             {"tileFloatOperationsPerSecond", measured.limits.tileFloatOperationsPerSecond},
             {"threads", qint64(threadCount())},
             {"rows", list},
             {"phases", phases}});
        return;
    }
    const QString device = context.parser.value("device");
    const bool isElsewhere = what != "fit" && device.startsWith("vulkan:");
    std::printf(
        "%s: read %s GB/s, f32 multiply-add %s GFLOP/s, 8-bit dot %s GOP/s",
        qPrintable(isElsewhere ? device : QString("%1 threads").arg(threadCount())),
        qPrintable(rate(measured.limits.readBytesPerSecond)),
        qPrintable(rate(measured.limits.floatOperationsPerSecond)),
        qPrintable(rate(measured.limits.byteOperationsPerSecond)));
    if (measured.limits.tileFloatOperationsPerSecond > 0)
        std::printf(
            ", bf16 tiles %s GFLOP/s", qPrintable(rate(measured.limits.tileFloatOperationsPerSecond)));
    std::printf("\n\n");
    std::vector<QStringList> cells;
    const bool tokens = what == "evaluate" || what == "decode";
    for (const BenchmarkRow& row : measured.rows) {
        cells.push_back(cellsOf(row));
        if (tokens)
            cells.back() << QString::number(double(row.columns) / row.wallSeconds, 'f', 1);
    }
    QStringList header{"device",  "format", "rows", "inner",        "columns", "wall ms",
                       "busy ms", "spread", "GB/s", "of bandwidth", "GOP/s",   "of peak"};
    if (tokens)
        header << "tokens/s";
    printTable(header, cells);
    if (measured.phases.empty())
        return;
    std::printf("\n");
    cells.clear();
    for (const PhaseShare& phase : measured.phases)
        cells.push_back(
            {QString::fromStdString(phase.device), QString::fromStdString(phase.phase),
             percent(phase.share)});
    printTable({"device", "phase", "of the time"}, cells);
}

} // namespace

int bench(Context& context, const QStringList& arguments)
{
    context.addArgument(
        "WHAT",
        "kernels (products of packed weights), fit (weights to packed ones), evaluate or decode (a model), "
        "drag (a layer to another format), preview (from another format to the first picture).");
    context.addOption(
        {"device", "cpu or vulkan:<number>: where products and models run, not fit.", "id", "cpu"});
    context.addOption({"threads", "How many threads to use (default: all cores).", "N"});
    context.addOption({"formats", "Formats, separated by commas (default: all, for models q4_k, for pictures int4row).", "ids"});
    context.addOption(
        {"mode", "Activations: exact, 8bit or both; on Vulkan kernels: half, too.", "mode", "both"});
    context.addOption(
        {"narrow", "kernels on Vulkan: f16 and dot products of bytes: quick (where so), always or never.",
         "when", "quick"});
    context.addOption({"columns", "kernels: columns of the product, separated by commas.", "N", "1,512"});
    context.addOption({"rows", "kernels, fit: rows of the weights (default: 4096).", "N"});
    context.addOption({"inner", "kernels, fit: columns of the weights (default: 4096).", "N"});
    context.addOption({"methods", "fit, preview: methods, separated by commas.", "ids", "rtn"});
    context.addOption({"cached", "kernels: one column with the same weights again, which caches may hold."});
    context.addOption({"instruction-set", "kernels: instead of the best one, e.g. AVX2.", "name"});
    context.addOption({"model", "A model file (default: random weights).", "file"});
    context.addOption({"images", "preview: a folder of pictures, the first of which is shown.", "folder"});
    context.addOption({"shape", "Of random weights: 1.1b, 125m or tiny.", "name", "1.1b"});
    context.addOption({"context", "Tokens a chunk (default: 512).", "N"});
    context.addOption({"count", "Repetitions.", "N"});
    context.addOption({"csv", "Also write the rows to this file.", "file"});
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const QString what = context.parser.positionalArguments()[0];
    Measured measured;
    const auto run = [&]() -> Result<void> {
        setThreadCount(TRY(context.threads()));
        const Work work = TRY(workOf(context, what)); // a wrong option is told before minutes of measuring
        // Chooses the instruction set that the limits are of.
        const std::string instructionSet = context.parser.value("instruction-set").toStdString();
        TRY(context.asked(makeCpuBackend(instructionSet)));
        limitDenseProducts(instructionSet);
        measured.limits = TRY(measureLimits(
            what == "fit" ? "cpu" : context.parser.value("device").toStdString(), TRY(narrowOf(context))));
        const auto onRow = [&](const BenchmarkRow& row) {
            measured.rows.push_back(row);
            context.progress(QString::fromStdString(row.device + " " + row.format), 1);
        };
        TRY_VOID(work(measured, onRow));
        return context.parser.isSet("csv")
            ? writeTextFile(context.parser.value("csv"), benchmarkCsv(measured.rows))
            : Result<void>();
    };
    if (const auto done = run(); !done)
        return context.fail(done.error());
    printMeasured(context, what, measured);
    return Done;
}

} // namespace tritloom::cli
