#include "app/cli/model_commands.h"

#include "core/evaluate/blame.h"

#include <QJsonArray>

#include <cmath>

namespace tritloom::cli {
namespace {

QString display(const Tokenizer& tokenizer, TokenId token)
{
    return QString::fromStdString(tokenizer.display(token)).replace('\n', "\\n");
}

QString namesOf(const Model& model, const BlamedGroup& group)
{
    const QString first = QString::fromStdString(model.layer(group.layers.front()).name);
    if (group.layers.size() == 1)
        return first;
    return QString("%1 layers from %2 to %3")
        .arg(group.layers.size())
        .arg(first, QString::fromStdString(model.layer(group.layers.back()).name));
}

QString percentOf(double gain, double difference)
{
    // From the tenths that are printed, so that none reads "-0.0 %".
    return difference == 0 ? QString("-")
                           : QString("%1 %").arg(std::round(1000 * gain / difference) / 10 + 0.0, 0, 'f', 1);
}

QJsonObject jsonOf(const Model& model, const Blame& found)
{
    const auto groups = [&](const std::vector<BlamedGroup>& list) {
        QJsonArray array;
        for (const BlamedGroup& group : list) {
            QJsonArray names;
            for (const LayerId layer : group.layers)
                names.append(QString::fromStdString(model.layer(layer).name));
            QJsonObject object{{"layers", names}, {"gain", group.gain}};
            if (found.difference() != 0)
                object["share"] = group.gain / found.difference();
            if (group.layers.size() == 1)
                object["format"] = QString::fromStdString(found.allocation[group.layers.front()].format);
            array.append(object);
        }
        return array;
    };
    return {{"original", found.original},           {"compressed", found.compressed},
            {"difference", found.difference()},     {"layers", groups(found.layers)},
            {"rest", groups(found.rest)},           {"together", found.together},
            {"unexplained", found.unexplained()},   {"evaluations", qint64(found.evaluations)},
            {"positions", qint64(found.positions)}, {"complete", found.isComplete}};
}

void print(const Model& model, const Blame& found, const QString& what)
{
    std::printf(
        "%s: original %.5g, compressed %.5g, difference %.5g nats\n", qPrintable(what), found.original,
        found.compressed, found.difference());
    std::vector<QStringList> rows;
    for (const auto* const list : {&found.layers, &found.rest})
        for (const BlamedGroup& group : *list)
            rows.push_back(
                {namesOf(model, group),
                 group.layers.size() == 1
                     ? QString::fromStdString(found.allocation[group.layers.front()].format)
                     : QString("not split"),
                 QString::number(group.gain, 'g', 4), percentOf(group.gain, found.difference())});
    printTable({"taken back", "format", "wins, nats", "of the difference"}, rows);
    if (found.layers.size() > 1)
        std::printf(
            "all %zu single layers together win %.4g nats (%s)\n", found.layers.size(), found.together,
            qPrintable(percentOf(found.together, found.difference())));
    if (found.layers.size() + found.rest.size() > 1)
        std::printf(
            found.unexplained() < 0
                ? "the rows add up to %.4g nats (%s) more than the difference: they spoil the same thing\n"
                : "%.4g nats (%s) are in no row: they come back only when several layers are taken back at "
                  "once\n",
            std::abs(found.unexplained()),
            qPrintable(percentOf(std::abs(found.unexplained()), std::abs(found.difference()))));
    std::printf(
        "%zu runs%s\n", found.evaluations, found.isComplete ? "" : ", which was the limit: see --runs");
}

/// The engine and the question: about one token of the text, or about its chunks.
struct Asked {
    std::shared_ptr<Engine> engine;
    BlameQuestion question;
    QString what;
};

Result<Asked> ask(Context& context)
{
    const QString path = context.parser.positionalArguments()[0];
    const std::size_t number = TRY(context.countOption("token", 0));
    EngineOptions options = TRY(context.engineOptions());
    std::string text;
    if (number > 0) // the engine wants two contexts of text, a single token does not
        text = std::exchange(options.evaluationText, {});
    Asked asked{.engine = TRY(openEngine(context, path, std::move(options))), .question = {}, .what = {}};
    const Engine& engine = *asked.engine;
    if (!engine.whyNotEvaluated().empty())
        return fail(
            ErrorCode::Unsupported, "{} cannot be evaluated: {}", path.toStdString(),
            engine.whyNotEvaluated());
    if (number == 0) {
        asked.question.chunks = engine.chunks();
        asked.what = "mean loss";
        return asked;
    }
    if (text.empty())
        return context.misuse("--token needs a text: --text FILE");
    const Tokenizer& tokenizer = *engine.model()->tokenizer;
    const std::vector<TokenId> tokens = tokenizer.encode(text);
    const std::size_t own = engine.model()->contextLength;
    const std::size_t room =
        TRY(context.countOption("context", own == 0 ? 512 : std::min<std::size_t>(512, own)));
    asked.question.chunks = {TRY(chunkBefore(tokenizer, tokens, number - 1, room))};
    asked.what = QString("loss of token %1, \"%2\"").arg(number).arg(display(tokenizer, tokens[number - 1]));
    return asked;
}

} // namespace

int blame(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "The model as it was.");
    context.addEngineOptions();
    context.addOption({"recipe", "How it is compressed: a recipe, or the compressed model itself.", "file"});
    context.addOption({"token", "Ask about the N-th token of the text, not about the mean loss.", "N"});
    context.addOption(
        {"measure", "loss: what the text says next; kl: divergence from the model as it was.", "name",
         "loss"});
    context.addOption(
        {"runs", "At most so many runs of the model, two at least (default: four a layer, up to 256).", "N"});
    context.addOption(
        {"share", "Look until the layers found have this percentage of the gains (default: 80).", "N"});
    for (const QString& argument : arguments)
        if (argument == "--reference" || argument.startsWith("--reference=")) {
            std::fputs(
                "--reference is of evaluate: here the reference is MODEL, and --recipe names the compressed "
                "one\n",
                stderr);
            return WrongUse;
        }
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const QString measure = context.parser.value("measure");
    if (!context.parser.isSet("recipe")) {
        std::fputs("--recipe FILE is needed: how MODEL is compressed\n", stderr);
        return WrongUse;
    }
    if (measure != "loss" && measure != "kl") {
        std::fprintf(stderr, "--measure takes loss or kl, not '%s'\n", qPrintable(measure));
        return WrongUse;
    }
    QString what;
    std::shared_ptr<Engine> engine;
    const auto run = [&]() -> Result<Blame> {
        Asked asked = TRY(ask(context));
        engine = asked.engine;
        what = measure == "kl" ? asked.what.replace("loss", "divergence") : asked.what;
        asked.question.measure =
            measure == "kl" ? BlameQuestion::Measure::Divergence : BlameQuestion::Measure::Loss;
        asked.question.evaluationLimit = TRY(context.countOption("runs", 0));
        const std::size_t share = TRY(context.countOption("share", 80));
        if (share > 100)
            return context.misuse("--share is a percentage, {} is more than 100", share);
        asked.question.share = double(share) / 100;
        const Allocation allocation = TRY(askedAllocation(context, *engine->model()));
        if (allocation == engine->model()->original())
            return fail(
                ErrorCode::InvalidInput,
                "{} compresses no layer of {}, so there is nothing to blame: MODEL is the one as it was, --recipe "
                "the compressed one",
                context.parser.value("recipe").toStdString(),
                context.parser.positionalArguments()[0].toStdString());
        TRY_VOID(checkMethods(context, *engine->compressor(), methodsOf(allocation)));
        const auto session = TRY(engine->makeSession(nullptr));
        return tritloom::blame(
            session->pass(), allocation, asked.question, context.stop,
            [&](const Blame&, double fraction) { context.progress("blame", fraction); });
    };
    const auto found = run();
    if (!found)
        return context.fail(found.error());
    if (context.json())
        context.print(jsonOf(*engine->model(), *found));
    else
        print(*engine->model(), *found, what);
    return Done;
}

} // namespace tritloom::cli
