#include "app/cli/model_commands.h"

#include "app/session/near_word.h"
#include "app/session/written_formats.h"

#include <QJsonArray>

#include <algorithm>

namespace tritloom::cli {
namespace {

QJsonObject jsonOf(const ParameterSpec& spec)
{
    QJsonObject object{
        {"key", QString::fromStdString(spec.key)},
        {"title", QString::fromStdString(spec.title)},
        {"unit", QString::fromStdString(spec.unit)},
        {"standard", spec.standard},
        {"lowest", spec.lowest},
        {"highest", spec.highest},
        {"whole", spec.whole}};
    QJsonArray choices;
    for (const ParameterChoice& choice : spec.choices)
        choices.append(QJsonObject{
            {"word", QString::fromStdString(choice.word)}, {"title", QString::fromStdString(choice.title)}});
    if (!choices.isEmpty())
        object["choices"] = choices;
    return object;
}

/// "min-max, percentile", "0 or 1", "0.01 to 100 % of mean diagonal".
QString valuesOf(const ParameterSpec& spec)
{
    QStringList words;
    for (const ParameterChoice& choice : spec.choices)
        words << QString::fromStdString(choice.word);
    if (!words.isEmpty())
        return words.join(", ");
    if (spec.whole && spec.lowest == 0 && spec.highest == 1)
        return "0 or 1";
    const QString range = QString("%1 to %2").arg(spec.lowest).arg(spec.highest);
    return spec.unit.empty() ? range : range + ' ' + QString::fromStdString(spec.unit);
}

constexpr std::size_t mostFormats = 1000; ///< of a method: all

/// null: it is another kind of plugin.
const LayerMethod* layerMethod(Context& context, const MethodInfo& info)
{
    return info.kind == PluginKind::LayerMethod ? context.plugins().find(info.id) : nullptr;
}

/// All plugins of this id: what they are and what can be set.
int printSettings(Context& context, const std::string& id)
{
    bool any = false;
    for (const MethodInfo& info : context.plugins().all()) {
        if (info.id != id)
            continue;
        std::printf(
            "%s%s (%s)\n%s\n", any ? "\n" : "", qPrintable(info.title), std::string(idOf(info.kind)).c_str(),
            qPrintable(info.summary));
        if (!info.paper.isEmpty())
            std::printf("Paper: %s\n", qPrintable(info.paper));
        if (!info.covers.isEmpty())
            std::printf("What of it is here: %s\n", qPrintable(info.covers));
        if (const LayerMethod* const method = layerMethod(context, info))
            std::printf("Formats: %s\n", writtenFormatIds(*method, mostFormats).c_str());
        std::vector<QStringList> rows;
        for (const ParameterSpec& spec : context.plugins().parametersOf(info))
            rows.push_back(
                {QString::fromStdString(spec.key),
                 QString::fromStdString(parameterText({spec}, spec.key, spec.standard)), valuesOf(spec),
                 QString::fromStdString(spec.title)});
        std::printf("\n");
        if (rows.empty())
            std::printf("Nothing to set.\n");
        else
            printTable({"setting", "standard", "values", "what it is"}, rows);
        any = true;
    }
    return Done;
}

} // namespace

int formats(Context& context, const QStringList& arguments)
{
    if (!context.parse(arguments, 0))
        return context.exitCode;
    QJsonArray list;
    std::vector<QStringList> rows;
    const auto add = [&](const std::string& id, std::string_view synopsis) -> Result<void> {
        const NumberFormatPtr format = TRY(parseNumberFormat(id));
        const QString name = QString::fromStdString(id),
                      writers = QString::fromStdString(writersOf(context.plugins(), *format));
        list.append(QJsonObject{
            {"id", name},
            {"bitsPerWeight", format->bitsPerWeight()},
            {"blockElements", qint64(format->blockElements())},
            {"blockBytes", qint64(format->blockBytes())},
            {"writtenBy", writers},
            {"family", QString::fromUtf8(synopsis.data(), qsizetype(synopsis.size()))}});
        rows.push_back(
            {name, QString::number(format->bitsPerWeight()), QString::number(format->blockElements()),
             QString::number(format->blockBytes()), writers});
        return {};
    };
    const auto addAll = [&]() -> Result<void> {
        for (const NumberFormatFamily& family : numberFormatFamilies())
            for (const std::string& id : family.examples())
                TRY_VOID(add(id, family.synopsis));
        return add(
            "sign", "sign: planes of signs, which methods store with scales of their own"); // no example
    };
    if (const auto added = addAll(); !added)
        return context.fail(added.error());
    if (context.json())
        context.print({{"formats", list}});
    else
        printTable({"format", "bits per weight", "weights a block", "bytes a block", "written by"}, rows);
    return Done;
}

int methods(Context& context, const QStringList& arguments)
{
    context.addArgument("[METHOD]", "An id: what can be set of it, instead of the list.");
    if (!context.parse(arguments, 0, 1))
        return context.exitCode;
    const QStringList given = context.parser.positionalArguments();
    const std::string asked = given.isEmpty() ? std::string() : given[0].toStdString();
    std::vector<std::string> known;
    for (const MethodInfo& info : context.plugins().all())
        known.push_back(info.id);
    if (!asked.empty() && std::ranges::find(known, asked) == known.end())
        return context.fail(context
                                .misuse(
                                    "no method is called '{}'{}", asked,
                                    didYouMean(asked, known, ": see tritloom-cli methods"))
                                .value());
    if (!asked.empty() && !context.json())
        return printSettings(context, asked);
    QJsonArray list;
    std::vector<QStringList> rows;
    for (const MethodInfo& info : context.plugins().all()) {
        if (!asked.empty() && info.id != asked)
            continue;
        QJsonArray parameters, written;
        if (const LayerMethod* const method = layerMethod(context, info))
            for (const NumberFormatPtr& format : writtenFormats(*method))
                written.append(QString::fromStdString(format->id()));
        for (const ParameterSpec& spec : context.plugins().parametersOf(info))
            parameters.append(jsonOf(spec));
        list.append(QJsonObject{
            {"id", QString::fromStdString(info.id)},
            {"kind", QString::fromStdString(std::string(idOf(info.kind)))},
            {"title", info.title},
            {"summary", info.summary},
            {"spec", QString::fromStdString(info.spec)},
            {"paper", info.paper},
            {"covers", info.covers},
            {"formats", written},
            {"parameters", parameters}});
        rows.push_back(
            {QString::fromStdString(info.id), QString::fromStdString(std::string(idOf(info.kind))),
             info.title, info.summary});
    }
    std::ranges::sort(rows, {}, [](const QStringList& row) { return std::pair(row[1], row[0]); });
    for (const QString& problem : context.plugins().problems())
        std::fprintf(stderr, "%s\n", qPrintable(problem));
    const QString absent = QStringLiteral(TRITLOOM_ABSENT); // plugins that this build lacks, and why
    if (context.json()) {
        QJsonObject object{{"methods", list}};
        if (!absent.isEmpty())
            object["absent"] = absent;
        context.print(object);
        return Done;
    }
    printTable({"method", "kind", "title", "what it does"}, rows);
    if (!absent.isEmpty())
        std::printf("\n%s\n", qPrintable(absent));
    return Done;
}

int listDevices(Context& context, const QStringList& arguments)
{
    if (!context.parse(arguments, 0))
        return context.exitCode;
    QJsonArray list;
    std::vector<QStringList> rows;
    for (const Device& device : devices()) {
        list.append(QJsonObject{
            {"id", QString::fromStdString(device.id)}, {"title", QString::fromStdString(device.title)}});
        rows.push_back({QString::fromStdString(device.id), QString::fromStdString(device.title)});
    }
    if (context.json())
        context.print({{"devices", list}});
    else
        printTable({"device", "title"}, rows);
    return Done;
}

} // namespace tritloom::cli
