#include "app/cli/picture_commands.h"

#include "app/session/comparison.h"
#include "app/session/workspace.h"
#include "app/session/text_file.h"

#include <QJsonArray>

#include <algorithm>

namespace tritloom::cli {
namespace {

void print(Context& context, const std::vector<ComparisonRow>& rows)
{
    QJsonArray list;
    std::vector<QStringList> table;
    for (const ComparisonRow& row : rows) {
        const QString format = QString::fromStdString(row.candidate.format),
                      method = QString::fromStdString(methodText(row.candidate));
        QJsonObject object{
            {"format", format},
            {"method", method},
            {"bytes", qint64(row.bytes)},
            {"bitsPerWeight", row.bitsPerWeight}};
        QStringList cells{format, method, formatBytes(row.bytes), QString::number(row.bitsPerWeight, 'f', 3)};
        if (row.failure.empty()) {
            object["kl"] = row.kl.value;
            object["klStandardError"] = row.kl.standardError;
            object["perplexity"] = row.perplexity.value;
            object["standardError"] = row.perplexity.standardError;
            object["referencePerplexity"] = row.referencePerplexity.value;
            object["topTokenAgreement"] = row.topTokenAgreement.value;
            object["tokens"] = qint64(row.tokens);
            object["compressSeconds"] = row.compressSeconds;
            object["evaluateSeconds"] = row.evaluateSeconds;
            const bool usual = row.perplexity.value < 1e6; // what has collapsed has too many digits
            const QString perplexity =
                QString::number(row.perplexity.value, usual ? 'f' : 'g', usual ? 4 : 3);
            cells << QString::number(row.kl.value, 'g', 4) << QString::number(row.kl.standardError, 'g', 2)
                  << perplexity << QString::number(100 * row.topTokenAgreement.value, 'f', 2)
                  << QString::number(row.compressSeconds, 'f', 2);
        } else {
            object["failure"] = QString::fromStdString(row.failure);
            cells << QString::fromStdString(row.failure) << QString() << QString() << QString() << QString();
        }
        list.append(object);
        table.push_back(cells);
    }
    if (context.json())
        context.print({{"rows", list}});
    else
        printTable(
            {"format", "method", "size", "bits", "KL", "+-", "perplexity", "same token %", "seconds"}, table);
}

} // namespace

int compare(Context& context, const QStringList& arguments)
{
    context.parser.addPositionalArgument("MODEL", "The model to compress.");
    context.addEngineOptions();
    context.parser.addOption(
        {"formats", "Formats, separated by commas.", "ids", "q2_k,q3_k,q4_k,q5_k,q6_k,q8_0"});
    context.parser.addOption(
        {"methods", "Methods, separated by commas, e.g. rtn,gptq:act_order=0.", "ids", "rtn,imatrix"});
    context.parser.addOption({"csv", "Also write the rows to this file.", "file"});
    context.parser.addOption({"html", "Also write a report with charts to this file.", "file"});
    addPictureOptions(context);
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const auto network = pictureModel(context);
    if (!network)
        return context.fail(network.error());
    if (*network != nullptr)
        return comparePictures(context, *network);
    std::vector<ComparisonRow> rows;
    const auto run = [&]() -> Result<void> {
        const auto engine = TRY(openEngine(context));
        const Model& model = *engine->model();
        std::vector<Candidate> methods;
        for (const QString& text : context.parser.value("methods").split(',', Qt::SkipEmptyParts)) {
            const PluginChoice choice = TRY(parsePluginChoice(text));
            methods.push_back({"", choice.id, choice.parameters});
        }
        std::vector<std::string> formats;
        for (const QString& format : context.parser.value("formats").split(',', Qt::SkipEmptyParts))
            formats.push_back(format.trimmed().toStdString());
        rows = TRY(comparisonRows(model, formats, methods, engine->compressor()->methods()));
        if (rows.empty())
            return fail(ErrorCode::InvalidInput, "none of these methods can write any of these formats");
        // Without a place to keep results the comparison still runs; it only starts anew next time.
        const auto project = Workspace::autosaveFor(model);
        ResultStore* const store = project ? project->store.get() : nullptr;
        const auto session = TRY(engine->makeSession(store));
        TRY_VOID(runComparison(
            rows, *session, store, context.stop, [](std::size_t, const ComparisonRow&) {},
            [&](double fraction) { context.progress("compare", fraction); }));
        for (const auto& [option, text] :
             {std::pair{"csv", comparisonCsv(rows)},
              std::pair{"html", comparisonHtml(model.file->path.filename().string(), rows)}})
            if (context.parser.isSet(option))
                TRY_VOID(writeTextFile(context.parser.value(option), text));
        return {};
    };
    if (const auto done = run(); !done)
        return context.fail(done.error());
    print(context, rows);
    const bool any = std::ranges::any_of(rows, [](const ComparisonRow& row) { return row.failure.empty(); });
    return any ? Done : Failed;
}

} // namespace tritloom::cli
