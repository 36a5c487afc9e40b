#include "app/cli/picture_commands.h"

#include "app/session/comparison.h"
#include "app/session/near_word.h"
#include "app/session/published_recipe.h"
#include "app/session/recipe_difference.h"
#include "app/session/transform_controller.h"

#include <QJsonArray>

#include <algorithm>

namespace tritloom::cli {
namespace {

QJsonObject
jsonOf(const LayerChoice& choice, std::uint64_t bytes, double bits, std::optional<double> kl, bool sizes)
{
    QJsonObject object{{"format", QString::fromStdString(choice.format.empty() ? "stored" : choice.format)}};
    if (!choice.method.empty())
        object["method"] = QString::fromStdString(choice.method);
    if (!choice.parameters.empty())
        object["parameters"] = parametersJson(choice.parameters);
    if (sizes) {
        object["bytes"] = qint64(bytes);
        object["bitsPerWeight"] = bits;
    }
    if (kl && sizes)
        object["predictedKl"] = *kl;
    return object;
}

QString textOf(const LayerChoice& choice, const MethodLookup& lookup)
{
    if (choice.format.empty())
        return "stored";
    return QString::fromStdString(
        choice.format + " " + methodText({choice.format, choice.method, choice.parameters}, lookup));
}

QString signedBytes(std::uint64_t before, std::uint64_t after)
{
    return (after < before ? "-" : "+") + formatBytes(after < before ? before - after : after - before);
}

QString klText(const std::optional<double>& kl)
{
    return kl ? QString::number(*kl, 'g', 3) : "?";
}

void print(Context& context, const RecipeDifference& difference)
{
    const bool sizes = difference.knowsSizes;
    if (context.json()) {
        QJsonArray changes;
        for (const RecipeChange& change : difference.changes)
            changes.append(QJsonObject{
                {"name", QString::fromStdString(change.layer)},
                {"before",
                 jsonOf(change.before, change.bytesBefore, change.bitsBefore, change.klBefore, sizes)},
                {"after", jsonOf(change.after, change.bytesAfter, change.bitsAfter, change.klAfter, sizes)}});
        QJsonObject object{
            {"changes", changes},
            {"equalLayers", qint64(difference.equalLayers)},
            {"otherMethods", qint64(difference.otherMethods)},
            {"storedFloats", qint64(difference.storedFloats)},
            {"transformsBefore", QString::fromStdString(difference.transformsBefore)},
            {"transformsAfter", QString::fromStdString(difference.transformsAfter)}};
        if (sizes) {
            const auto whole = [](std::uint64_t bytes, double bits, std::optional<double> kl) {
                QJsonObject side{{"bytes", qint64(bytes)}, {"bitsPerWeight", bits}};
                if (kl)
                    side["predictedKl"] = *kl;
                return side;
            };
            object["before"] = whole(difference.bytesBefore, difference.bitsBefore, difference.klBefore);
            object["after"] = whole(difference.bytesAfter, difference.bitsAfter, difference.klAfter);
        }
        context.print(object);
        return;
    }
    const MethodLookup lookup = context.plugins().lookup();
    std::vector<QStringList> rows;
    for (const RecipeChange& change : difference.changes) {
        QStringList row{
            QString::fromStdString(change.layer), textOf(change.before, lookup),
            textOf(change.after, lookup)};
        if (sizes)
            row << signedBytes(change.bytesBefore, change.bytesAfter)
                << QString::number(change.bitsBefore, 'f', 2) << QString::number(change.bitsAfter, 'f', 2)
                << klText(change.klBefore) << klText(change.klAfter);
        rows.push_back(row);
    }
    if (!rows.empty())
        printTable(
            sizes ? QStringList{"layer", "before", "after", "size", "bits", "bits after", "KL", "KL after"}
                  : QStringList{"layer", "before", "after"},
            rows);
    if (difference.transformsBefore != difference.transformsAfter)
        std::printf(
            "transforms before: %s  ->  %s\n", difference.transformsBefore.c_str(),
            difference.transformsAfter.c_str());
    std::printf("%zu layers differ, %zu are the same\n", difference.changes.size(), difference.equalLayers);
    if (difference.otherMethods > 0)
        std::printf(
            "%zu more have the same format; a compressed model does not say by what method it was made\n",
            difference.otherMethods);
    if (difference.storedFloats > 0)
        std::printf(
            "%zu more are as stored here and floats there: --model says whether these differ\n",
            difference.storedFloats);
    if (!sizes)
        return;
    std::printf(
        "%s, %.3f bits a weight  ->  %s, %.3f bits a weight (%s)\n",
        qPrintable(formatBytes(difference.bytesBefore)), difference.bitsBefore,
        qPrintable(formatBytes(difference.bytesAfter)), difference.bitsAfter,
        qPrintable(signedBytes(difference.bytesBefore, difference.bytesAfter)));
    if (difference.klBefore || difference.klAfter)
        std::printf(
            "predicted KL %s -> %s nats a token\n", qPrintable(klText(difference.klBefore)),
            qPrintable(klText(difference.klAfter)));
    else
        std::printf("predicted KL unknown: 'tritloom-cli sensitivity' measures what each layer costs\n");
}

/// What earlier sweeps measured of these choices; empty, with a sentence, where the model cannot be measured.
/// Errors: WrongUse (an option), Cancelled.
Result<SensitivityTable> knownTable(Context& context, const QString& model, std::vector<Candidate> candidates)
{
    const auto measured = openMeasured(context, model);
    if (!measured && (context.isWrongUse() || measured.error().code == ErrorCode::Cancelled))
        return tl::unexpected(measured.error());
    if (!measured) // sizes are known all the same
        std::fprintf(stderr, "nothing measured is known: %s\n", measured.error().message.c_str());
    if (!measured || measured->store == nullptr)
        return SensitivityTable();
    SensitivityTable table =
        emptyTable(*measured->model, std::move(candidates), measured->meter->compressor().methods());
    // The command line measures a layer on the whole text, the window on two chunks: what is there is taken.
    for (const std::size_t limit : {0, 2})
        recall(
            table, *measured->meter, *measured->store, limit,
            [&](LayerId layer, std::size_t candidate, const SensitivityCell& cell) {
                table.cells[std::size_t(layer)][candidate] = cell;
            });
    return table;
}

Result<RecipeDifference>
differenceOfLayers(Context& context, const std::filesystem::path& a, const std::filesystem::path& b)
{
    BaseFiles& bases = context.bases();
    // What is neither is first tried as a model, and its reader knows of no recipes.
    const auto withRecipes = [](auto read, const std::filesystem::path& path) {
        if (!read && read.error().code == ErrorCode::Unsupported && !looksLikeRecipe(path))
            read.error().message += "; nor is it a recipe, which is JSON";
        return read;
    };
    if (!context.parser.isSet("model")) {
        const auto before = TRY(withRecipes(recipeEntries(a, bases), a)),
                   after = TRY(withRecipes(recipeEntries(b, bases), b));
        const bool isShared = std::ranges::any_of(before, [&](const RecipeEntry& entry) {
            return std::ranges::find(after, entry.layer, &RecipeEntry::layer) != after.end();
        });
        if (!isShared && !before.empty() && !after.empty())
            return fail(
                ErrorCode::InvalidInput, "{} and {} have no layer in common: they are for different models",
                a.string(), b.string());
        for (const RecipeEntry& entry : before) {
            const auto other = std::ranges::find(after, entry.layer, &RecipeEntry::layer);
            if (other != after.end() && !entry.shape.empty() && !other->shape.empty()
                && entry.shape != other->shape)
                return fail(
                    ErrorCode::InvalidInput,
                    "{} and {} are for different models: layer '{}' is [{}] in the first and [{}] in the second",
                    a.string(), b.string(), entry.layer, fmt::join(entry.shape, ", "),
                    fmt::join(other->shape, ", "));
        }
        return differenceOf(before, after);
    }
    const QString path = context.parser.value("model");
    const auto model = TRY(context.load(path));
    const Allocation before = TRY(withRecipes(readRecipe(*model, a, bases), a)),
                     after = TRY(withRecipes(readRecipe(*model, b, bases), b));
    const SensitivityTable table = TRY(knownTable(context, path, candidatesOf(before, after)));
    return differenceOf(*model, before, after, table, context.plugins().lookup());
}

Result<RecipeDifference>
difference(Context& context, const std::filesystem::path& a, const std::filesystem::path& b)
{
    RecipeDifference found = TRY(differenceOfLayers(context, a, b));
    if (!looksLikeRecipe(a) || !looksLikeRecipe(b))
        leaveUnsaidOut(found);
    found.transformsBefore = transformNames(TRY(recipeTransforms(a)));
    found.transformsAfter = transformNames(TRY(recipeTransforms(b)));
    return found;
}

} // namespace

namespace {

/// A recipe, or what a compressed model says, as JSON.
int writeAsJson(Context& context, const QString& from)
{
    if (!context.parser.isSet("model") || !context.parser.isSet("output")) {
        std::fputs("--model MODEL and -o FILE are needed\n", stderr);
        return WrongUse;
    }
    const auto run = [&]() -> Result<void> {
        const auto model = TRY(context.load(context.parser.value("model")));
        const Allocation allocation = TRY(readRecipe(*model, from.toStdString(), context.bases()));
        const auto transforms = context.parser.isSet("transform") ? TRY(transformsGiven(context))
                                                                  : TRY(recipeTransforms(from.toStdString()));
        TRY_VOID(writeRecipe(*model, allocation, transforms, context.parser.value("output").toStdString()));
        std::printf("%s: %zu layers\n", qPrintable(context.parser.value("output")), model->layers.size());
        return {};
    };
    const auto written = run();
    return written ? int(Done) : context.fail(written.error());
}

/// That no option is given that the action does not look at.
Result<void> checkActed(const Context& context, bool isDiff)
{
    const bool hasModel = context.parser.isSet("model");
    for (const QString& name : context.parser.optionNames()) {
        const bool isOutput = name == "o" || name == "output";
        const bool isWritten = isOutput || name == "transform";
        if (name == "model" || name == "base"
            || (isWritten ? !isDiff : isDiff && (hasModel || name == "json")))
            continue;
        return context.misuse(
            "--{} means nothing here{}", name == "o" ? "output" : name.toStdString(),
            isDiff && !isWritten ? " without --model" : "");
    }
    return {};
}

} // namespace

int recipe(Context& context, const QStringList& arguments)
{
    context.addArgument("ACTION", "diff A B: what changes from A to B; write A: as JSON.");
    context.addArgument("A", "A recipe, or a compressed model: GGUF, compressed-tensors, GPTQ, BitNet.");
    context.addArgument("[B]", "The same, with diff.");
    context.addOption(
        {"model", "The model they are for: sizes, bits and, where layers were measured, predicted KL.",
         "model"});
    context.addOption({{"o", "output"}, "With write: the recipe to write.", "file"});
    context.addEngineOptions();
    addPictureOptions(context);
    if (!context.parse(arguments, 2, 3))
        return context.exitCode;
    const QStringList given = context.parser.positionalArguments();
    const bool isDiff = given[0] == "diff", isWrite = given[0] == "write";
    if (const auto acted = checkActed(context, isDiff); (isDiff || isWrite) && !acted)
        return context.fail(acted.error());
    if (isWrite && given.size() == 2)
        return writeAsJson(context, given[1]);
    if (isDiff && given.size() == 2) {
        std::fprintf(stderr, "B is missing: recipe diff %s B\n", qPrintable(given[1]));
        return WrongUse;
    }
    if (!isDiff || given.size() != 3) {
        const std::string meant = given.isEmpty()
            ? std::string()
            : didYouMean(given[0].toStdString(), std::vector<std::string>{"diff", "write"});
        std::fprintf(
            stderr, "'%s' is nothing that can be done here: diff A B, or write A%s\n",
            qPrintable(given.join(' ')), isDiff || isWrite ? "" : meant.c_str());
        return WrongUse;
    }
    const auto found = difference(context, given[1].toStdString(), given[2].toStdString());
    if (!found)
        return context.fail(found.error());
    print(context, *found);
    return Done;
}

} // namespace tritloom::cli
