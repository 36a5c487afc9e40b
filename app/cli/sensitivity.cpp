#include "app/cli/model_commands.h"

#include <QJsonArray>

namespace tritloom::cli {

int sensitivity(Context& context, const QStringList& arguments)
{
    context.parser.addPositionalArgument("MODEL", "The model to measure.");
    context.addEngineOptions();
    addCandidateOptions(context);
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const auto engine = openEngine(context);
    if (!engine)
        return context.fail(engine.error());
    auto candidates = candidatesOf(context);
    if (!candidates)
        return context.fail(candidates.error());
    const auto table = measureTable(context, **engine, std::move(*candidates));
    if (!table)
        return context.fail(table.error());
    QJsonArray layers;
    std::vector<QStringList> rows;
    int measured = 0, recalled = 0; // what this run had to do, and what an earlier one had done
    for (std::size_t i = 0; i < table->cells.size(); ++i) {
        for (const SensitivityCell& cell : table->cells[i]) {
            const QString name = QString::fromStdString((*engine)->model()->layers[i].name);
            const QString format = QString::fromStdString(cell.choice.format);
            QJsonObject object{
                {"name", name}, {"format", format}, {"method", QString::fromStdString(cell.choice.method)},
                {"bytes", qint64(cell.bytes)}};
            if (cell.known) {
                ++(cell.recalled ? recalled : measured);
                object["kl"] = cell.kl.value;
                object["klStandardError"] = cell.kl.standardError;
                object["weightError"] = cell.weightError;
                object["activationError"] = cell.activationError;
            } else {
                object["failure"] = QString::fromStdString(cell.failure);
            }
            layers.append(object);
            rows.push_back(
                {name, format, formatBytes(cell.bytes),
                 cell.known ? QString::number(cell.kl.value, 'g', 4) : QString::fromStdString(cell.failure),
                 QString::number(cell.kl.standardError, 'g', 2), QString::number(cell.weightError, 'g', 3),
                 QString::number(cell.activationError, 'g', 3)});
        }
    }
    if (context.json())
        context.print({{"layers", layers}, {"measured", measured}, {"recalled", recalled}});
    else
        printTable({"layer", "format", "bytes", "KL", "+-", "weight error", "activation error"}, rows);
    return Done;
}

} // namespace tritloom::cli
