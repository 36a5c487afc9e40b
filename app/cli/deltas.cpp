#include "app/cli/model_commands.h"

#include "core/evaluate/generate.h"

#include <QJsonArray>

#include <chrono>

namespace tritloom::cli {
namespace {

constexpr int mostModels = 64;

/// One fine-tune, opened, measured and asked.
struct Tuned {
    QString path, text;
    std::uint64_t bytes = 0; ///< without what lies in the base
    double openedMilliseconds = 0, firstMilliseconds = 0;
    Evaluation evaluation;
};

double millisecondsSince(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

/// Continues the prompt by the most likely tokens.
Result<void> ask(Context& context, const Engine& engine, Tuned& tuned)
{
    const auto begin = std::chrono::steady_clock::now();
    const Model& model = *engine.model();
    Generator generator(engine.compressor(), TRY(engine.makeExecutor()), model.original());
    GenerateOptions options;
    options.tokenCount = TRY(context.countOption("tokens", 64));
    TRY_VOID(generator.start(context.parser.value("prompt").toStdString(), options, context.stop));
    std::vector<TokenId> tokens;
    while (const auto token = TRY(generator.next(context.stop))) {
        if (tokens.empty())
            tuned.firstMilliseconds = millisecondsSince(begin);
        tokens.push_back(token->token);
    }
    tuned.text = QString::fromStdString(model.tokenizer->decode(tokens, false));
    return {};
}

Result<Tuned> judged(Context& context, const QString& path, const EngineOptions& options)
{
    Tuned tuned{.path = path};
    const auto begin = std::chrono::steady_clock::now();
    const auto model = TRY(context.load(path));
    if (model->picture)
        return fail(
            ErrorCode::Unsupported, "{}: it works on pictures, and fine-tunes are asked for texts",
            path.toStdString());
    const auto engine = TRY(Engine::create(model, context.plugins().lookup(), options));
    tuned.openedMilliseconds = millisecondsSince(begin);
    tuned.bytes = model->bytes();
    const auto session = TRY(engine->makeSession(nullptr));
    tuned.evaluation = TRY(session->evaluate(
        model->original(), context.stop,
        [&](const Evaluation& so) {
            context.progress(path, double(so.chunksDone) / double(so.chunksTotal));
        },
        EvaluationSession::Keep::Nothing));
    if (context.parser.isSet("prompt"))
        TRY_VOID(ask(context, *engine, tuned));
    return tuned;
}

} // namespace

int deltas(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL...", "Files of differences to one base, written by 'export --target tritloom-delta'.");
    context.addEngineOptions();
    context.addOption({"prompt", "A text that each continues.", "text"}, OptionGroup::Own);
    context.addOption({"tokens", "How many tokens at most (default: 64).", "N"});
    if (!context.parse(arguments, 1, mostModels))
        return context.exitCode;
    std::vector<Tuned> list;
    const auto run = [&]() -> Result<void> {
        if (context.parser.isSet("transform"))
            return context.misuse("--transform means nothing here: the models are run as they are stored");
        if (context.parser.isSet("tokens") && !context.parser.isSet("prompt"))
            return context.misuse("--tokens means nothing without --prompt");
        EngineOptions options = TRY(context.engineOptions());
        options.base = nullptr; // found by the files that refer to it
        for (const QString& path : context.parser.positionalArguments())
            list.push_back(TRY(judged(context, path, options)));
        return checkBase(context, {});
    };
    if (const auto done = run(); !done)
        return context.fail(done.error());
    QJsonArray models;
    std::vector<QStringList> rows;
    for (const Tuned& tuned : list) {
        const Measured& perplexity = tuned.evaluation.perplexity;
        models.append(QJsonObject{
            {"path", tuned.path},
            {"bytes", qint64(tuned.bytes)},
            {"openedMilliseconds", tuned.openedMilliseconds},
            {"firstTokenMilliseconds", tuned.firstMilliseconds},
            {"perplexity", perplexity.value},
            {"perplexityStandardError", perplexity.standardError},
            {"text", tuned.text}});
        rows.push_back(
            {tuned.path, formatBytes(tuned.bytes), QString("%1 ms").arg(tuned.openedMilliseconds, 0, 'f', 1),
             QString("%1 ± %2").arg(perplexity.value, 0, 'f', 4).arg(perplexity.standardError, 0, 'f', 4)});
    }
    const auto bases = qint64(context.bases().opened());
    if (context.json()) {
        context.print({{"basesMapped", bases}, {"models", models}});
        return Done;
    }
    printTable({"model", "size of its own", "opened in", "perplexity"}, rows);
    std::printf("%lld %s mapped for all of them\n", (long long)bases, bases == 1 ? "base" : "bases");
    for (const Tuned& tuned : list)
        if (!tuned.text.isEmpty())
            std::printf("\n%s:\n%s\n", qPrintable(tuned.path), qPrintable(tuned.text));
    return Done;
}

} // namespace tritloom::cli
