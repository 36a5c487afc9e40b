#include "app/cli/picture_commands.h"

#include "app/session/allocate_by.h"
#include "app/session/comparison.h"
#include "app/session/recipe.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

namespace tritloom::cli {
namespace {

/// Says before minutes of measuring that no choice of formats can be small enough.
Result<void>
checkBudget(const Context& context, const Model& model, const SensitivityTable& table, std::uint64_t budget)
{
    std::uint64_t smallest = model.bytes();
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
        std::size_t least = model.layers[i].storedBytes;
        for (const SensitivityCell& cell : table.cells[i])
            least = std::min(least, cell.bytes);
        smallest -= model.layers[i].storedBytes - least;
    }
    if (budget < smallest)
        return context.misuse("the budget is {} bytes, the smallest choice has {}", budget, smallest);
    return {};
}

/// What --allocator, --metric and the budgets beside the size ask for.
Result<AllocatorChoice> allocatorChoice(Context& context)
{
    AllocatorChoice choice;
    if (context.parser.isSet("allocator"))
        choice.allocator =
            TRY(askedPlugin(context, PluginKind::Allocator, context.parser.value("allocator")));
    const auto number = [&](const char* option, double& into) -> Result<void> {
        if (!context.parser.isSet(option))
            return {};
        bool valid = false;
        into = context.parser.value(option).toDouble(&valid);
        if (!valid || !(into > 0) || !std::isfinite(into))
            return context.misuse(
                "--{} needs a number above 0, not '{}'", option, context.parser.value(option).toStdString());
        return {};
    };
    TRY_VOID(number("bit-operations", choice.bitOperations));
    TRY_VOID(number("latency", choice.milliseconds));
    TRY_VOID(number("bandwidth", choice.bytesPerSecond));
    choice.bytesPerSecond *= 1e9;
    if (choice.bytesPerSecond > 0 && choice.milliseconds == 0)
        return context.misuse("--bandwidth means nothing without --latency");
    return choice;
}

} // namespace

int allocate(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "The model to compress.");
    context.addEngineOptions();
    addCandidateOptions(context);
    addPictureOptions(context);
    context.addOption({"budget", "Size to reach: 4.5bpw (mean bits per weight) or 300MB.", "size"});
    context.addOption(
        {"metric", "Costs from this metric instead of the measured sweep, e.g. hawq:probes=4.", "id"});
    context.addOption(
        {"allocator", "Choose by this allocator instead of the exact knapsack, e.g. integer-program.", "id"});
    context.addOption(
        {"bit-operations", "Also keep this many bit operations a token (integer-program).", "N"});
    context.addOption(
        {"latency", "Also keep this many milliseconds a token, for reading all weights once (integer-program).",
         "ms"});
    context.addOption({"bandwidth", "GB/s that --latency reckons with (default: measured here).", "GB/s"});
    context.addOption({{"o", "output"}, "Also write the recipe to this file.", "file"});
    context.addOption({"split-fused", "Let q/k/v and gate/up have different formats."});
    if (!context.parse(arguments, 1))
        return context.exitCode;
    if (!context.parser.isSet("budget")) {
        std::fputs("--budget is needed, e.g. --budget 4.5bpw\n", stderr);
        return WrongUse;
    }
    const auto run = [&]() -> Result<void> {
        const MeasuredModel measured = TRY(openMeasured(context));
        const Model& model = *measured.model;
        const MethodLookup& methods = measured.meter->compressor().methods();
        const AllocatorChoice allocator = TRY(allocatorChoice(context));
        const AllocatorLookup allocators = [&](std::string_view id) {
            return context.plugins().allocator(id);
        };
        if (!allocator.allocator.id.empty())
            TRY(context.asked(allocatorOf(allocator, allocators)));
        const std::uint64_t budget =
            TRY(context.asked(parseBudget(model, context.parser.value("budget").toStdString())));
        std::vector<Candidate> candidates = TRY(candidatesOf(context, model));
        TRY_VOID(checkBudget(context, model, emptyTable(model, candidates, methods), budget));
        std::optional<MetricScores> scores;
        if (context.parser.isSet("metric"))
            scores = TRY(scoresOf(context, measured, candidates));
        const SensitivityTable table = scores ? emptyTable(model, std::move(candidates), methods)
                                              : TRY(measureTable(context, measured, std::move(candidates)));
        const AllocationRules rules{
            .pinned = {},
            .keepFusedSets = !context.parser.isSet("split-fused"),
            .budgetBytes = budget,
            .methods = methods};
        const AllocatedBy made = TRY(allocateBy(
            model, table, scores ? &*scores : nullptr, model.original(), rules, allocator, allocators,
            {.stop = context.stop,
             .progress = [&](double fraction) { context.progress("allocate", fraction); }}));
        tell(made.notices);
        const AllocationResult& result = made.result;
        if (context.parser.isSet("output"))
            TRY_VOID(writeRecipe(
                model, result.allocation, context.applied, context.parser.value("output").toStdString()));
        const double bits = bitsPerWeight(model, result.allocation, methods);
        if (context.json()) {
            QJsonObject object =
                QJsonDocument::fromJson(QByteArray::fromStdString(
                    recipeText(model, result.allocation, context.applied)))
                    .object();
            object["bytes"] = qint64(result.bytes);
            object["bitsPerWeight"] = bits;
            object[scores ? "predictedCost" : "predictedKl"] = result.predictedKl;
            if (scores) {
                object["costIs"] = QString::fromStdString(scores->title);
                object["additive"] = scores->isAdditive;
            }
            context.print(object);
            return {};
        }
        std::vector<QStringList> rows;
        for (std::size_t i = 0; i < model.layers.size(); ++i) {
            const LayerChoice& choice = result.allocation.layers[i];
            rows.push_back(
                {QString::fromStdString(model.layers[i].name), QString::fromStdString(choice.format),
                 QString::fromStdString(methodText(
                     {choice.format, choice.method, choice.parameters}, context.plugins().lookup())),
                 formatBytes(bytesOf(model.layers[i], choice, methods))});
        }
        printTable({"layer", "format", "method", "bytes"}, rows);
        std::printf("%s, %.3f bits per weight, ", qPrintable(formatBytes(result.bytes)), bits);
        if (!scores)
            std::printf(
                model.picture && model.picture->task != PictureTask::Classification
                    ? "predicted divergence %.5g\n"
                    : "predicted KL %.5g nats\n",
                result.predictedKl);
        else if (scores->isAdditive)
            std::printf(
                "cost by --metric %s: %.5g%s%s, the sum over the layers of \"%s\"; not a divergence\n",
                qPrintable(context.parser.value("metric")), result.predictedKl,
                scores->unit.empty() ? "" : " ", scores->unit.c_str(), scores->title.c_str());
        else
            std::printf(
                "chosen by the order of --metric %s (\"%s\"), whose sum means nothing\n",
                qPrintable(context.parser.value("metric")), scores->title.c_str());
        return {};
    };
    const auto done = run();
    return done ? int(Done) : context.fail(done.error());
}

} // namespace tritloom::cli
