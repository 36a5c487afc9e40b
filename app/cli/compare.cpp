#include "app/cli/picture_commands.h"

#include "app/session/comparison.h"
#include "app/session/text_file.h"
#include "app/session/workspace.h"
#include "app/session/written_formats.h"

#include <QJsonArray>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace tritloom::cli {
namespace {

void print(
    Context& context, const ComparisonKind& kind, const std::vector<ComparisonRow>& rows,
    const std::vector<std::string>& leftOut, const std::vector<std::string>& notes)
{
    QJsonObject original;
    QJsonArray list;
    std::vector<QStringList> table;
    const std::vector<std::size_t> shown = columnsToShow(kind, rows);
    QStringList header{"format", "method", "all tensors", "bits of layers"};
    for (const std::size_t c : shown) {
        header << kind.columns[c].title;
        if (c == 0)
            header << "+-";
    }
    header << "seconds";
    const bool hasNotes =
        std::ranges::any_of(rows, [](const ComparisonRow& row) { return !row.note.empty(); });
    if (hasNotes)
        header << "note";
    std::size_t failed = 0;
    for (const ComparisonRow& row : rows) {
        const QString format = QString::fromStdString(row.candidate.format),
                      method = QString::fromStdString(row.method);
        QJsonObject object{
            {"format", format},
            {"method", method},
            {"bytes", qint64(row.bytes)},
            {"bitsPerWeight", row.bitsPerWeight}};
        if (row.baseBytes > 0)
            object["baseBytes"] = qint64(row.baseBytes);
        QStringList cells{format, method, formatBytes(row.bytes), QString::number(row.bitsPerWeight, 'f', 3)};
        if (row.isMeasured()) {
            for (std::size_t c = 0; c < kind.columns.size(); ++c) {
                if (std::isnan(row.numbers[c].value))
                    continue;
                object[QString::fromStdString(kind.columns[c].key)] = row.numbers[c].value;
                if (!std::isnan(row.numbers[c].standardError))
                    object[QString::fromStdString(kind.columns[c].errorKey)] = row.numbers[c].standardError;
            }
            object[kind.samples] = qint64(row.samples);
            object["compressSeconds"] = row.compressSeconds;
            object["evaluateSeconds"] = row.evaluateSeconds;
            for (const std::size_t c : shown) {
                cells << QString::fromStdString(textOf(kind.columns[c], row.numbers[c].value));
                if (c == 0)
                    cells << QString::number(row.numbers[c].standardError, 'g', 2);
            }
            cells << QString::number(row.compressSeconds, 'f', 2);
        } else {
            ++failed;
            object["failure"] = QString::fromStdString(row.failure);
            while (cells.size() < header.size() - (hasNotes ? 1 : 0))
                cells << QStringLiteral("-");
        }
        if (!row.note.empty())
            object["note"] = QString::fromStdString(row.note);
        if (hasNotes)
            cells << QString::fromStdString(row.note);
        if (&row == &rows.front())
            original = object; // what the others are held against
        else
            list.append(object);
        table.push_back(cells);
    }
    const auto sentences = [](const std::vector<std::string>& said) {
        QJsonArray array;
        for (const std::string& sentence : said)
            array.append(QString::fromStdString(sentence));
        return array;
    };
    if (context.json()) {
        context.print(
            {{"rows", list},
             {"failed", qint64(failed)},
             {"leftOut", sentences(leftOut)},
             {"notes", sentences(notes)},
             {"original", original}});
        return;
    }
    printTable(header, table);
    for (const std::string& sentence : notes)
        std::printf("note: %s\n", sentence.c_str());
}

/// What rows are measured with.
struct Opened {
    std::shared_ptr<PictureEngine> pictures;
    std::shared_ptr<Engine> engine; ///< of a language model
    const ComparisonKind* kind = nullptr; ///< known once rows were run
    [[nodiscard]] const Model& model() const { return pictures ? *pictures->model() : *engine->model(); }
    [[nodiscard]] std::shared_ptr<Compressor> compressor() const
    {
        return pictures ? pictures->compressor() : engine->compressor();
    }
};

Result<Opened> open(Context& context, const std::shared_ptr<const Model>& network)
{
    Opened opened;
    if (network)
        opened.pictures = TRY(openPictureEngine(context, network));
    else
        opened.engine = TRY(openEngine(context));
    return opened;
}

Result<void> runRows(Context& context, Opened& opened, std::vector<ComparisonRow>& rows)
{
    std::set<std::string> used;
    for (const ComparisonRow& row : rows) {
        used.merge(methodsOf(row.allocation));
        if (row.budgetBytes > 0)
            used.insert(row.candidate.method);
    }
    TRY_VOID(checkMethods(context, *opened.compressor(), used));
    // Without a place to keep results the comparison still runs; it only starts anew next time.
    const auto project = Workspace::autosaveFor(opened.model());
    ResultStore* const store = project ? project->store.get() : nullptr;
    const auto meter = opened.pictures ? TRY(makeComparisonMeter(opened.pictures))
                                       : TRY(makeComparisonMeter(*opened.engine, store));
    opened.kind = &meter->kind();
    return runComparison(
        rows, *meter, store, context.stop, [](std::size_t, const ComparisonRow&) {},
        [&](double fraction) { context.progress("compare", fraction); });
}

/// Whether a transform gives another model for every choice, so that each row has one of its own.
Result<bool> preparesForChoice(Context& context)
{
    for (const AppliedTransform& asked : TRY(transformsGiven(context)))
        if (context.plugins().transform(asked.transform.id)->preparesForChoice())
            return true;
    return false;
}

/// A row on the model as transforms prepare it for that row; its time counts as compression.
/// Errors: Cancelled, WrongUse; others are the row's own.
Result<void> runPrepared(Context& context, const std::shared_ptr<const Model>& network, ComparisonRow& row)
{
    const auto begin = std::chrono::steady_clock::now();
    context.preparesFor = row.candidate;
    auto opened = open(context, network);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::vector<ComparisonRow> one{row};
    const auto ran = opened ? runRows(context, *opened, one) : tl::make_unexpected(opened.error());
    if (!ran && (ran.error().code == ErrorCode::Cancelled || context.isWrongUse()))
        return ran;
    row = one.front();
    if (ran) {
        row.compressSeconds += seconds;
        return {};
    }
    row.isDone = true;
    row.failure = ran.error().message;
    return {};
}

/// Methods that write none of the usual formats are compared in their own: "sign" for what stores signs.
Result<void> addOwnFormats(
    Context& context, const Model& model, const std::vector<Candidate>& methods,
    std::vector<ComparisonRow>& rows)
{
    for (const Candidate& method : methods) {
        const bool isThere = std::ranges::any_of(rows, [&](const ComparisonRow& row) {
            return row.candidate.method == method.method && row.candidate.parameters == method.parameters;
        });
        const std::string own = isThere
            ? ""
            : preferredCandidate(model, method.method, method.parameters, context.plugins().lookup()).format;
        if (own.empty())
            continue;
        auto more = TRY(context.asked(comparisonRows(model, {own}, {method}, context.plugins().lookup())));
        rows.insert(rows.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
    }
    return {};
}

} // namespace

int compare(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "The model to compress.");
    context.addEngineOptions();
    context.addOption(
        {"formats", "Formats, separated by commas (default: q2_k to q8_0; for pictures int3row to int8row).",
         "ids"});
    context.addOption(
        {"methods", "Methods, separated by commas, e.g. rtn,gptq:act_order=0.", "ids", "rtn,imatrix"});
    context.addOption(
        {"budgets",
         "Sizes to reach, separated by commas, e.g. 3bpw,4bpw: for each, methods choose among the formats as "
         "'allocate' does.",
         "sizes"});
    context.addOption({"csv", "Also write the rows to this file.", "file"});
    context.addOption({"html", "Also write a report with charts to this file.", "file"});
    addPictureOptions(context);
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const ComparisonKind* kind = nullptr;
    std::vector<ComparisonRow> rows;
    std::vector<std::string> leftOut, notes;
    const auto run = [&]() -> Result<void> {
        const QString path = context.parser.positionalArguments()[0];
        const auto network = TRY(pictureModel(context));
        const bool isPreparedByRow = TRY(preparesForChoice(context));
        const auto plain = network || !isPreparedByRow ? network : TRY(context.load(path));
        Opened opened;
        if (!isPreparedByRow)
            opened = TRY(open(context, network));
        const Model& model = isPreparedByRow ? *plain : opened.model();
        std::vector<Candidate> methods;
        const QStringList asked = TRY(askedList(context, "methods"));
        for (const PluginChoice& choice : TRY(askedPlugins(context, PluginKind::LayerMethod, asked)))
            methods.push_back({"", choice.id, choice.parameters});
        methods = TRY(context.asked(methodsFor(model, methods, context.plugins().lookup(), &leftOut)));
        std::vector<std::string> formats = TRY(askedFormats(context));
        const bool isAsked = !formats.empty();
        if (!isAsked)
            formats = network ? std::vector<std::string>{"int3row", "int4row", "int6row", "int8row"}
                              : std::vector<std::string>{"q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "q8_0"};
        rows = TRY(context.asked(comparisonRows(
            model, formats, methods, context.plugins().lookup(), isAsked ? &leftOut : nullptr)));
        if (!isAsked)
            TRY_VOID(addOwnFormats(context, model, methods, rows));
        tell(leftOut);
        if (methods.empty())
            return context.misuse("none of these methods is for this model");
        if (rows.empty())
            return context.misuse("none of these methods can write any of these formats");
        if (context.parser.isSet("budgets")) {
            if (isPreparedByRow)
                return context.misuse("--budgets means nothing with a transform that is made for one choice");
            std::vector<std::string> budgets;
            for (const QString& budget : TRY(askedList(context, "budgets")))
                budgets.push_back(budget.toStdString());
            auto more = TRY(context.asked(budgetRows(model, budgets, rows, context.plugins().lookup())));
            rows.insert(rows.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
        }
        rows.insert(rows.begin(), originalRow(model));
        TRY_VOID(tellNotFinite(context, model));
        if (isPreparedByRow) {
            kind = network && network->picture ? &pictureComparison(network->picture->task)
                                              : &textComparison();
            context.leavesTransforms = true;
            TRY_VOID(runPrepared(context, network, rows.front()));
            context.leavesTransforms = false;
            for (std::size_t i = 1; i < rows.size(); ++i)
                TRY_VOID(runPrepared(context, network, rows[i]));
        } else {
            TRY_VOID(runRows(context, opened, rows));
            kind = opened.kind;
            // What was rewritten is f32, the original is what was there.
            if (context.parser.isSet("transform")) {
                const ComparisonRow stored = originalRow(network ? *network : *TRY(context.load(path)));
                rows.front().bytes = stored.bytes;
                rows.front().bitsPerWeight = stored.bitsPerWeight;
            }
        }
        if (opened.pictures)
            notes = opened.pictures->pictures().notices;
        if (const std::string origin = originalText(model); !origin.empty())
            notes.push_back("rows are held against this file itself, " + origin);
        for (const auto& [option, text] :
             {std::pair{"csv", comparisonCsv(*kind, rows)},
              std::pair{"html", comparisonHtml(model.file->path.filename().string(), *kind, rows)}})
            if (context.parser.isSet(option))
                TRY_VOID(writeTextFile(context.parser.value(option), text));
        return {};
    };
    if (const auto done = run(); !done)
        return context.fail(done.error());
    print(context, *kind, rows, leftOut, notes);
    if (!rows.front().isMeasured())
        tell({fmt::format("the original: {}", rows.front().failure)});
    std::vector<std::string> failures;
    for (const ComparisonRow& row : std::span(rows).subspan(1))
        if (!row.isMeasured())
            failures.push_back(fmt::format("{} {}: {}", row.candidate.format, row.method, row.failure));
    const std::size_t compressed = rows.size() - 1;
    tellFailures(failures, compressed, "rows");
    return failures.size() < compressed ? Done : Failed;
}

} // namespace tritloom::cli
