#include "app/cli/picture_commands.h"

#include "core/evaluate/generate.h"

#include <QJsonArray>

#include <chrono>
#include <cmath>

namespace tritloom::cli {

int generate(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "The model to run: it continues a text, makes pictures, or makes pictures of --images.");
    context.addEngineOptions();
    context.addOption(
        {"prompt", "The text to continue, or what a picture should show.", "text",
         "The river rose all night, and"},
        OptionGroup::Own);
    context.addOption({"tokens", "How many tokens at most (default: 64).", "N"});
    context.addOption({"temperature", "0 takes the most likely token (default).", "T", "0"});
    context.addOption({"seed", "Of the sampler.", "N", "1"});
    context.addOption(
        {"recipe", "Compress MODEL by this recipe first, or as this compressed model is.", "file"});
    addPictureOptions(context, false);
    context.addOption({{"o", "output"},
         "The folder that pictures are written into: of --images what goes in, what the original makes and what "
         "the recipe makes.",
         "folder"});
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const auto network = pictureModel(context);
    if (!network)
        return context.fail(network.error());
    if (*network != nullptr)
        return generatePictures(context, *network);
    if (context.parser.isSet("output")) {
        std::fputs("-o means nothing here: the text goes to the screen, pictures into a folder\n", stderr);
        return WrongUse;
    }
    const auto run = [&]() -> Result<void> {
        const auto engine = TRY(openEngine(context));
        const Model& model = *engine->model();
        const Allocation allocation = TRY(askedAllocation(context, model));
        TRY_VOID(checkMethods(context, *engine->compressor(), methodsOf(allocation)));
        GenerateOptions options;
        options.tokenCount = TRY(context.countOption("tokens", 64));
        bool valid = false;
        options.temperature = context.parser.value("temperature").toDouble(&valid);
        if (!valid || !std::isfinite(options.temperature) || options.temperature < 0)
            return context.misuse(
                "--temperature needs a number from 0 on, not '{}'",
                context.parser.value("temperature").toStdString());
        options.seed = TRY(context.seed());
        Generator generator(engine->compressor(), TRY(engine->makeExecutor()), allocation);
        const std::string prompt = context.parser.value("prompt").toStdString();
        TRY_VOID(generator.start(prompt, options, context.stop));
        if (!context.json())
            std::fputs(prompt.c_str(), stdout);
        std::vector<TokenId> tokens;
        const auto begin = std::chrono::steady_clock::now();
        while (const auto token = TRY(generator.next(context.stop))) {
            tokens.push_back(token->token);
            if (!context.json()) {
                std::fputs(model.tokenizer->decode({&tokens.back(), 1}, false).c_str(), stdout);
                std::fflush(stdout);
            }
        }
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        const double pace = seconds > 0 ? double(tokens.size()) / seconds : 0;
        if (context.json()) {
            QJsonArray ids;
            for (const TokenId token : tokens)
                ids.append(token);
            context.print(
                {{"text", QString::fromStdString(model.tokenizer->decode(tokens, false))},
                 {"tokens", ids},
                 {"tokensPerSecond", pace}});
        } else {
            std::printf("\n");
            std::fflush(stdout); // before the line on the other stream
            std::fprintf(stderr, "%zu tokens, %.1f a second\n", tokens.size(), pace);
        }
        return {};
    };
    const auto done = run();
    return done ? int(Done) : context.fail(done.error());
}

} // namespace tritloom::cli
