#include "app/cli/picture_commands.h"

#include "app/session/recipe.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace tritloom::cli {
namespace {

/// Says before minutes of measuring that no choice of formats can be small enough.
Result<void> checkBudget(const Model& model, const SensitivityTable& table, std::uint64_t budget)
{
    std::uint64_t smallest = model.bytes();
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
        std::size_t least = model.layers[i].storedBytes;
        for (const SensitivityCell& cell : table.cells[i])
            least = std::min(least, cell.bytes);
        smallest -= model.layers[i].storedBytes - least;
    }
    if (budget < smallest)
        return fail(
            ErrorCode::InvalidInput, "the budget is {} bytes, the smallest choice has {}", budget, smallest);
    return {};
}

} // namespace

int allocate(Context& context, const QStringList& arguments)
{
    context.parser.addPositionalArgument("MODEL", "The model to compress.");
    context.addEngineOptions();
    addCandidateOptions(context);
    addPictureOptions(context);
    context.parser.addOption({"budget", "Size to reach: 4.5bpw (mean bits per weight) or 300MB.", "size"});
    context.parser.addOption({"output", "Also write the recipe to this file.", "file"});
    context.parser.addOption({"split-fused", "Let q/k/v and gate/up have different formats."});
    if (!context.parse(arguments, 1))
        return context.exitCode;
    if (!context.parser.isSet("budget")) {
        std::fputs("--budget is needed, e.g. --budget 4.5bpw\n", stderr);
        return WrongUse;
    }
    const auto run = [&]() -> Result<void> {
        const MeasuredModel measured = TRY(openMeasured(context));
        const Model& model = *measured.model;
        const std::uint64_t budget = TRY(parseBudget(model, context.parser.value("budget").toStdString()));
        std::vector<Candidate> candidates = TRY(candidatesOf(context, model));
        TRY_VOID(checkBudget(model, emptyTable(model, candidates), budget));
        const SensitivityTable table = TRY(measureTable(context, measured, std::move(candidates)));
        const AllocationRules rules{
            .pinned = {}, .keepFusedSets = !context.parser.isSet("split-fused"), .budgetBytes = budget};
        const AllocationResult result
            = TRY(tritloom::allocate(model, table, model.original(), rules, context.stop));
        if (context.parser.isSet("output"))
            TRY_VOID(writeRecipe(model, result.allocation, context.parser.value("output").toStdString()));
        const double bits = bitsPerWeight(model, result.allocation);
        if (context.json()) {
            QJsonObject object
                = QJsonDocument::fromJson(QByteArray::fromStdString(recipeText(model, result.allocation))).object();
            object["bytes"] = qint64(result.bytes);
            object["bitsPerWeight"] = bits;
            object["predictedKl"] = result.predictedKl;
            context.print(object);
            return {};
        }
        std::vector<QStringList> rows;
        for (std::size_t i = 0; i < model.layers.size(); ++i) {
            const LayerChoice& choice = result.allocation.layers[i];
            rows.push_back(
                {QString::fromStdString(model.layers[i].name), QString::fromStdString(choice.format),
                 QString::fromStdString(choice.method), formatBytes(bytesOf(model.layers[i], choice))});
        }
        printTable({"layer", "format", "method", "bytes"}, rows);
        std::printf(
            "%s, %.3f bits per weight, predicted KL %.5f\n", qPrintable(formatBytes(result.bytes)), bits,
            result.predictedKl);
        return {};
    };
    const auto done = run();
    return done ? int(Done) : context.fail(done.error());
}

} // namespace tritloom::cli
