#include "app/cli/picture_commands.h"

#include "app/session/allocate_by.h"
#include "app/session/comparison.h"
#include "app/session/reach.h"
#include "app/session/recipe.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>
#include <set>

namespace tritloom::cli {
namespace {

/// Says before minutes of measuring that no choice of formats can be small enough. Where nobody named formats
/// and blocks that do not divide rows are what is in the way, groups of a row are offered too.
Result<void>
reach(Context& context, const Model& model, std::vector<Candidate>& candidates, const AllocationRules& rules)
{
    const auto smallest = [&](const std::vector<Candidate>& offered) {
        return smallestBytes(model, emptyTable(model, offered, rules.methods), model.original(), rules);
    };
    std::uint64_t least = smallest(candidates);
    if (rules.budgetBytes < least && !context.parser.isSet("formats")) {
        const PluginChoice method =
            TRY(askedPlugin(context, PluginKind::LayerMethod, context.parser.value("method")));
        std::vector<Candidate> more = withRowGroups(model, candidates, method, rules.methods);
        const std::uint64_t leastOfMore = smallest(more);
        if (more != candidates && rules.budgetBytes >= leastOfMore)
            tell({fmt::format(
                "GGUF's blocks do not divide some rows, so its formats make at least {} bytes: int2row to "
                "int8row are offered too, which .tritloom and other kinds of file hold, GGUF does not",
                least)});
        candidates = std::move(more);
        least = std::min(least, leastOfMore);
    }
    if (rules.budgetBytes >= least)
        return {};
    if (std::ranges::all_of(model.layers, [](const Layer& layer) { return layer.parameters() == 0; }))
        return context.misuse( // no layer whose bits could be chosen
            "the budget is {} bytes of all tensors, which are {} whatever is chosen", rules.budgetBytes, least);
    return context.misuse(
        "the budget is {} bytes of all tensors, the smallest choice has {}: --budget {:.2f}bpw",
        rules.budgetBytes, least, std::ceil(100 * budgetToBits(model, double(least))) / 100);
}

/// Layers that some format makes larger than they are: none of those is chosen where another does not.
void tellWider(const Model& model, const SensitivityTable& table, const AllocationRules& rules)
{
    std::set<std::string> formats; // as they were asked for: "int4row", whatever the rows' lengths
    std::size_t pairs = 0;
    for (const std::vector<std::size_t>& members : itemsOf(model, rules)) {
        const std::uint64_t stored = storedBytesOf(model, members);
        std::vector<std::size_t> wider;
        for (std::size_t c = 0; c < table.candidates.size(); ++c)
            if (bytesOf(table, members, c) > stored)
                wider.push_back(c);
        if (wider.size() == table.candidates.size())
            continue; // dropWider() keeps them
        for (const std::size_t c : wider)
            formats.insert(table.candidates[c].format);
        pairs += wider.size() * members.size();
    }
    if (pairs > 0)
        tell({fmt::format(
            "{} of {} pairs of a layer and a format ({}) are larger than what is stored: they are left out",
            pairs, table.cellCount(), fmt::join(formats, ", "))});
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
    context.addOption(
        {"budget",
         "Size to reach: 4.5bpw (mean bits per weight of the layers, scales counted) or 300MB (all tensors).",
         "size"});
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
        const AllocationRules rules{
            .pinned = {},
            .keepFusedSets = !context.parser.isSet("split-fused"),
            .budgetBytes = budget,
            .methods = methods};
        TRY_VOID(reach(context, model, candidates, rules));
        tellWider(model, emptyTable(model, candidates, methods), rules);
        std::optional<MetricScores> scores;
        if (context.parser.isSet("metric"))
            scores = TRY(scoresOf(context, measured, candidates));
        const SensitivityTable table = scores ? emptyTable(model, std::move(candidates), methods)
                                              : TRY(measureTable(context, measured, std::move(candidates)));
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
        std::printf(
            "all tensors %s, layers %.3f bits per weight, ", qPrintable(formatBytes(result.bytes)), bits);
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
