#include "app/cli/picture_commands.h"

#include <QJsonArray>

namespace tritloom::cli {

int compare(Context& context, const QStringList& arguments)
{
    context.parser.addPositionalArgument("MODEL", "The model to compress.");
    context.addEngineOptions();
    context.parser.addOption(
        {"formats", "Formats, separated by commas.", "ids", "q2_k,q3_k,q4_k,q5_k,q6_k,q8_0"});
    context.parser.addOption({"methods", "Methods, separated by commas.", "ids", "rtn,imatrix"});
    addPictureOptions(context);
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const auto network = pictureModel(context);
    if (!network)
        return context.fail(network.error());
    if (*network != nullptr)
        return comparePictures(context, *network);
    QJsonArray list;
    std::vector<QStringList> rows;
    const auto run = [&]() -> Result<void> {
        const auto engine = TRY(openEngine(context));
        const Model& model = *engine->model();
        const MethodLookup& lookup = engine->compressor()->methods();
        const auto session = TRY(engine->makeSession(nullptr));
        const QStringList formats = context.parser.value("formats").split(',', Qt::SkipEmptyParts),
                          methods = context.parser.value("methods").split(',', Qt::SkipEmptyParts);
        int done = 0;
        for (const QString& format : formats) {
            for (const QString& method : methods) {
                const PluginChoice choice = TRY(parsePluginChoice(method));
                const Candidate candidate{format.trimmed().toStdString(), choice.id, choice.parameters};
                if (context.plugins().find(candidate.method) == nullptr)
                    return fail(ErrorCode::NotFound, "no method is called '{}'", candidate.method);
                const Allocation allocation = uniform(model, candidate);
                const auto evaluation =
                    session->evaluate(allocation, context.stop, {}, EvaluationSession::Keep::Nothing);
                context.progress("compare", double(++done) / double(formats.size() * methods.size()));
                if (!evaluation && evaluation.error().code == ErrorCode::Cancelled)
                    return tl::make_unexpected(evaluation.error());
                QJsonObject row{
                    {"format", format},
                    {"method", method},
                    {"bytes", qint64(bytesOf(model, allocation, lookup))},
                    {"bitsPerWeight", bitsPerWeight(model, allocation, lookup)}};
                QStringList cells{
                    format, method, formatBytes(bytesOf(model, allocation, lookup)),
                    QString::number(bitsPerWeight(model, allocation, lookup), 'f', 3)};
                if (evaluation) {
                    const QJsonObject numbers = evaluationJson(*evaluation);
                    for (auto number = numbers.begin(); number != numbers.end(); ++number)
                        row[number.key()] = number.value();
                    cells << QString::number(evaluation->kl.value, 'g', 4)
                          << QString::number(evaluation->kl.standardError, 'g', 2)
                          << QString::number(evaluation->perplexity.value, 'f', 4)
                          << QString::number(100 * evaluation->topTokenAgreement.value, 'f', 2)
                          << QString::number(double(evaluation->elapsed.count()) / 1000, 'f', 2);
                } else {
                    row["failure"] = QString::fromStdString(evaluation.error().message);
                    cells << QString::fromStdString(evaluation.error().message) << ""
                          << ""
                          << ""
                          << "";
                }
                list.append(row);
                rows.push_back(cells);
            }
        }
        return {};
    };
    if (const auto done = run(); !done)
        return context.fail(done.error());
    if (context.json())
        context.print({{"rows", list}});
    else
        printTable(
            {"format", "method", "size", "bits", "KL", "+-", "perplexity", "same token %", "seconds"}, rows);
    return Done;
}

} // namespace tritloom::cli
