#include "app/cli/picture_commands.h"
#include "app/session/comparison.h"

#include <QJsonArray>

namespace tritloom::cli {
namespace {

/// The format of a row of the table, with those that the layer's rows cannot be made into: "q4_k, q3_k ->
/// q5_0". Absent where an earlier candidate has led to the same choice and its row says this already.
std::optional<QString>
formatTitle(const Layer& layer, const std::vector<Candidate>& candidates, std::size_t candidate)
{
    const LayerChoice choice = choiceFor(layer, candidates[candidate]);
    QStringList fallen;
    for (std::size_t c = 0; c < candidates.size(); ++c) {
        if (choiceFor(layer, candidates[c]) != choice)
            continue;
        if (c < candidate)
            return std::nullopt;
        const std::string& asked = candidates[c].format;
        if (asked != choice.format && asked.find("row") == std::string::npos)
            fallen << QString::fromStdString(asked);
    }
    const QString format = QString::fromStdString(choice.format);
    return fallen.isEmpty() ? format : fallen.join(", ") + " -> " + format;
}

int printScores(Context& context, const MeasuredModel& measured, const std::vector<Candidate>& candidates)
{
    const auto scores = scoresOf(context, measured, candidates);
    if (!scores)
        return context.fail(scores.error());
    QJsonArray layers;
    std::vector<QStringList> rows;
    const MetricScores::Further& further = scores->further;
    for (std::size_t i = 0; i < scores->costs.size(); ++i) {
        const QString name = QString::fromStdString(measured.model->layers[i].name);
        const double own = scores->perLayer.empty() ? 0 : scores->perLayer[i];
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            const LayerChoice choice = choiceFor(measured.model->layers[i], candidates[c]);
            QJsonObject object{
                {"name", name},
                {"candidate", QString::fromStdString(candidates[c].format)},
                {"format", QString::fromStdString(choice.format)},
                {"method", QString::fromStdString(candidates[c].method)},
                {"parameters", parametersJson(candidates[c].parameters)},
                {"cost", scores->costs[i][c]},
                {"layerScore", own}};
            if (!further.title.empty())
                object["further"] = further.values[i];
            layers.append(object);
            if (const auto format = formatTitle(measured.model->layers[i], candidates, c)) {
                rows.push_back(
                    {name, *format,
                     QString::fromStdString(methodText(candidates[c], context.plugins().lookup())),
                     QString::number(scores->costs[i][c], 'g', 4), QString::number(own, 'g', 4)});
                if (!further.title.empty())
                    rows.back() << QString::number(further.values[i], 'f', 3);
            }
        }
    }
    if (context.json()) {
        QJsonObject object{
            {"layers", layers},
            {"costIs", QString::fromStdString(scores->title)},
            {"additive", scores->isAdditive}};
        if (!further.title.empty())
            object["furtherIs"] = QString::fromStdString(further.title + ": " + further.meaning);
        context.print(object);
        return Done;
    }
    QStringList header{"layer", "format", "method", QString::fromStdString(scores->title), "of the layer"};
    if (!further.title.empty())
        header << QString::fromStdString(further.title);
    printTable(header, rows);
    return Done;
}

} // namespace

QJsonObject parametersJson(const Parameters& parameters)
{
    QJsonObject object;
    for (const auto& [key, value] : parameters)
        object[QString::fromStdString(key)] = value;
    return object;
}

int sensitivity(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "The model to measure.");
    context.addEngineOptions();
    addCandidateOptions(context);
    context.addOption(
        {"metric", "What this metric says instead of the measured sweep, e.g. hawq:probes=4.", "id"});
    addPictureOptions(context);
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const auto measured = openMeasured(context);
    if (!measured)
        return context.fail(measured.error());
    auto candidates = candidatesOf(context, *measured->model);
    if (!candidates)
        return context.fail(candidates.error());
    if (context.parser.isSet("metric"))
        return printScores(context, *measured, *candidates);
    const auto table = measureTable(context, *measured, std::move(*candidates));
    if (!table)
        return context.fail(table.error());
    QJsonArray layers;
    std::vector<QStringList> rows;
    int fresh = 0, recalled = 0, failed = 0; // what this run had to do, and what an earlier one had done
    for (std::size_t i = 0; i < table->cells.size(); ++i) {
        for (std::size_t c = 0; c < table->cells[i].size(); ++c) {
            const SensitivityCell& cell = table->cells[i][c];
            const QString name = QString::fromStdString(measured->model->layers[i].name);
            const auto number = [&](double value, int digits) {
                return cell.known ? QString::number(value, 'g', digits) : QStringLiteral("-");
            };
            QJsonObject object{
                {"name", name},
                {"candidate", QString::fromStdString(table->candidates[c].format)},
                {"format", QString::fromStdString(cell.choice.format)},
                {"method", QString::fromStdString(cell.choice.method)},
                {"parameters", parametersJson(cell.choice.parameters)},
                {"bytes", qint64(cell.bytes)}};
            if (cell.known) {
                ++(cell.recalled ? recalled : fresh);
                object["kl"] = cell.kl.value;
                object["klStandardError"] = cell.kl.standardError;
                object["weightError"] = cell.weightError;
                object["activationError"] = cell.activationError;
            } else {
                ++failed;
                object["failure"] = QString::fromStdString(cell.failure);
            }
            layers.append(object);
            const auto format = formatTitle(measured->model->layers[i], table->candidates, c);
            if (!format)
                continue;
            rows.push_back(
                {name, *format,
                 QString::fromStdString(methodText(
                     {cell.choice.format, cell.choice.method, cell.choice.parameters},
                     context.plugins().lookup())),
                 formatBytes(cell.bytes), number(cell.kl.value, 4), number(cell.kl.standardError, 2),
                 number(cell.weightError, 3), number(cell.activationError, 3)});
        }
    }
    if (context.json())
        context.print({{"layers", layers}, {"measured", fresh}, {"recalled", recalled}, {"failed", failed}});
    else
        printTable(
            {"layer", "format", "method", "bytes", "KL", "+-", "weight error", "activation error"}, rows);
    return Done;
}

} // namespace tritloom::cli
