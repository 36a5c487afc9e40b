#include "app/cli/model_commands.h"

#include "app/session/workspace.h"

#include <QJsonArray>

namespace tritloom::cli {

Result<std::shared_ptr<Engine>> openEngine(Context& context)
{
    EngineOptions options = TRY(context.engineOptions());
    auto model = TRY(loadModel(context.parser.positionalArguments()[0].toStdString()));
    return Engine::create(std::move(model), context.plugins().lookup(), std::move(options));
}

void addCandidateOptions(Context& context)
{
    context.parser.addOption({"formats", "Formats to choose from, separated by commas (default: tq2_0 to q8_0, f16).", "ids"});
    context.parser.addOption({"method", "How weights are fitted to a format: see 'tritloom-cli methods'.", "id", "imatrix"});
}

Result<std::vector<Candidate>> candidatesOf(Context& context)
{
    const std::string method = context.parser.value("method").toStdString();
    const LayerMethod* const found = context.plugins().find(method);
    if (found == nullptr)
        return fail(ErrorCode::NotFound, "no method is called '{}': see tritloom-cli methods", method);
    if (!context.parser.isSet("formats"))
        return standardCandidates(method);
    std::vector<Candidate> candidates;
    for (const QString& id : context.parser.value("formats").split(',', Qt::SkipEmptyParts)) {
        const std::string format = id.trimmed().toStdString();
        const bool rowGroups = format.starts_with("int") && format.find("row") != std::string::npos;
        if (!rowGroups) {
            const NumberFormatPtr known = TRY(parseNumberFormat(format));
            // Floats have nothing to fit.
            candidates.push_back({format, found->supports(*known) ? method : "rtn", {}});
        } else {
            candidates.push_back({format, method, {}});
        }
    }
    return candidates;
}

Result<SensitivityTable> measureTable(Context& context, Engine& engine, std::vector<Candidate> candidates)
{
    const Model& model = *engine.model();
    SensitivityTable table = emptyTable(model, std::move(candidates));
    // Without a place to keep results the sweep still runs; it only starts anew next time.
    const auto store = Workspace::autosaveFor(model);
    ResultStore* const results = store ? store->store.get() : nullptr;
    if (const std::string& why = store ? store->notice : store.error().message; !why.empty())
        std::fprintf(stderr, "%s\n", why.c_str());
    auto session = TRY(engine.makeSession(results));
    std::size_t done = 0;
    std::string failure;
    TRY_VOID(sweep(
        table, *session, results, 0, context.stop, [&](LayerId, std::size_t, const SensitivityCell& cell) {
            context.progress("sensitivity", double(++done) / double(table.cellCount()));
            if (!cell.failure.empty())
                failure = cell.failure;
        }));
    if (table.knownCount() == 0)
        return fail(ErrorCode::Unsupported, "no format could be measured: {}", failure);
    return table;
}

QJsonObject evaluationJson(const Evaluation& evaluation)
{
    return {
        {"perplexity", evaluation.perplexity.value},
        {"standardError", evaluation.perplexity.standardError},
        {"tokens", qint64(evaluation.tokens)},
        {"referencePerplexity", evaluation.referencePerplexity.value},
        {"kl", evaluation.kl.value},
        {"klStandardError", evaluation.kl.standardError},
        {"topTokenAgreement", evaluation.topTokenAgreement.value},
        {"topTokenAgreementStandardError", evaluation.topTokenAgreement.standardError},
        {"milliseconds", qint64(evaluation.elapsed.count())}};
}

} // namespace tritloom::cli
