#include "app/cli/picture_commands.h"

#include "app/session/not_finite.h"

#include <QJsonArray>

namespace tritloom::cli {

int evaluate(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "The model to measure.");
    context.addEngineOptions();
    context.addOption(
        {"reference", "Measure divergence against this model (default: MODEL, uncompressed).", "model"});
    context.addOption(
        {"recipe", "Compress MODEL by this recipe first, or as this compressed model is.", "file"});
    addPictureOptions(context);
    context.addOption(
        {"products", "Layers whose input has one fixed range are multiplied in whole numbers, or as float.",
         "whole|float", "whole"});
    addFeatureOptions(context);
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const auto network = pictureModel(context);
    if (!network)
        return context.fail(network.error());
    if (*network != nullptr)
        return evaluatePictures(context, *network);
    std::vector<std::string> strange;
    std::string device;
    std::shared_ptr<Engine> engine;
    const auto run = [&]() -> Result<Evaluation> {
        engine = TRY(openEngine(context));
        const Model& model = *engine->model();
        const Allocation allocation = TRY(askedAllocation(context, model));
        if (!engine->whyNotEvaluated().empty())
            return fail(
                ErrorCode::Unsupported, "{} cannot be evaluated: {}", model.file->path.filename().string(),
                engine->whyNotEvaluated());
        strange = TRY(notFinite(model, context.stop));
        std::shared_ptr<ForwardPass> reference;
        if (context.parser.isSet("reference")) {
            auto other = TRY(context.load(context.parser.value("reference")));
            if (other->picture)
                return fail(
                    ErrorCode::Unsupported, "the reference {} works on pictures, and {} on text",
                    other->file->path.filename().string(), model.file->path.filename().string());
            if (!other->graph)
                return fail(
                    ErrorCode::Unsupported, "the reference {} cannot be evaluated: {}",
                    other->file->path.filename().string(), other->whyNotEvaluated);
            if (other->tokenizer && other->tokenizer->vocabularySize() != model.tokenizer->vocabularySize())
                return fail(
                    ErrorCode::InvalidInput, "the reference has {} tokens in its vocabulary, the model {}",
                    other->tokenizer->vocabularySize(), model.tokenizer->vocabularySize());
            auto compressor = std::make_shared<Compressor>(std::move(other), MethodLookup(), nullptr, 0);
            reference = std::make_shared<ForwardPass>(std::move(compressor), TRY(engine->makeExecutor()), 0);
        }
        TRY_VOID(checkMethods(context, *engine->compressor(), methodsOf(allocation)));
        const auto session = TRY(engine->makeSession(nullptr, std::move(reference), 0));
        device = session->backendNames();
        return session->evaluate(
            allocation, context.stop,
            [&](const Evaluation& so) {
                context.progress(
                    QString("perplexity %1 ± %2,")
                        .arg(so.perplexity.value, 0, 'f', 4)
                        .arg(so.perplexity.standardError, 0, 'f', 4),
                    double(so.chunksDone) / double(so.chunksTotal));
            },
            EvaluationSession::Keep::Nothing);
    };
    const auto evaluation = run();
    if (!evaluation) {
        tell(strange); // why it cannot be measured, by tensor
        return context.fail(evaluation.error());
    }
    const QString text = context.parser.isSet("text")
        ? context.parser.value("text")
        : QString("evaluation.txt, which comes with the program");
    const std::size_t contextLength = engine->options().evaluation.contextLength;
    if (context.json()) {
        QJsonObject json = evaluationJson(*evaluation);
        json["bytes"] = qint64(bytesOf(*engine->model(), evaluation->allocation, engine->methods()));
        json["bitsPerWeight"] = bitsPerWeight(*engine->model(), evaluation->allocation, engine->methods());
        json["text"] = text;
        json["contexts"] = qint64(engine->chunks().size());
        json["contextLength"] = qint64(contextLength);
        QJsonArray notes;
        for (const std::string& sentence : strange)
            notes.append(QString::fromStdString(sentence));
        json["notFinite"] = notes;
        json["original"] = originalJson(*engine->model());
        json["device"] = QString::fromStdString(device);
        context.print(json);
        return Done;
    }
    const auto line = [](const char* what, double value, double error) {
        std::printf("%-28s %.6g ± %#.2g\n", what, value, error);
    };
    std::printf(
        "%-28s all tensors %s, layers %.3f bits a weight\n", "size",
        qPrintable(formatBytes(bytesOf(*engine->model(), evaluation->allocation, engine->methods()))),
        bitsPerWeight(*engine->model(), evaluation->allocation, engine->methods()));
    std::printf("%-28s %s\n", "text", qPrintable(text));
    std::printf(
        "%-28s %zu of %zu tokens, %zu scored\n", "contexts", engine->chunks().size(), contextLength,
        evaluation->tokens);
    line("perplexity", evaluation->perplexity.value, evaluation->perplexity.standardError);
    line(
        "reference perplexity", evaluation->referencePerplexity.value,
        evaluation->referencePerplexity.standardError);
    line("KL divergence, nats", evaluation->kl.value, evaluation->kl.standardError);
    line(
        "same most likely token", evaluation->topTokenAgreement.value,
        evaluation->topTokenAgreement.standardError);
    std::printf("%-28s %.2f s\n", "measured in", double(evaluation->elapsed.count()) / 1000);
    if (const std::string note = referenceText(context, *engine->model()); !note.empty())
        strange.push_back(note);
    for (const std::string& sentence : strange)
        std::printf("note: %s\n", sentence.c_str());
    return Done;
}

} // namespace tritloom::cli
