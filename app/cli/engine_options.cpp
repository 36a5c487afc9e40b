#include "app/cli/picture_commands.h"

#include "app/session/near_word.h"
#include "app/session/recipe.h"
#include "app/session/transform_controller.h"
#include "app/session/workspace.h"
#include "app/session/written_formats.h"
#include "core/architecture/prepared_file.h"
#include "core/format/row_group.h"

#include <QJsonArray>

#include <algorithm>
#include <functional>

namespace tritloom::cli {
namespace {

/// What a transform prepares the layers for: the formats to choose from, of which most take the first, else what
/// a recipe says of each layer, or --format; nothing where the command does not know.
Result<std::vector<Candidate>> preparedFor(Context& context, const Model& model)
{
    if (context.preparesFor)
        return std::vector{*context.preparesFor};
    if (context.choosesCandidates)
        return candidatesOf(context, model);
    const QStringList given = context.parser.optionNames();
    if (given.contains(QStringLiteral("recipe"))) {
        Candidate recipe = asCandidate(model, TRY(askedAllocation(context, model)));
        return recipe.format.empty() ? std::vector<Candidate>() : std::vector{std::move(recipe)};
    }
    if (!given.contains(QStringLiteral("format")))
        return std::vector<Candidate>();
    const auto [method, parameters] =
        TRY(askedPlugin(context, PluginKind::LayerMethod, context.parser.value("method")));
    return std::vector<Candidate>{{context.parser.value("format").toStdString(), method, parameters}};
}

} // namespace

Result<Allocation> askedAllocation(Context& context, const Model& model)
{
    if (!context.parser.isSet("recipe"))
        return model.original();
    return readRecipe(model, context.parser.value("recipe").toStdString(), context.bases());
}

Result<PluginChoice> askedPlugin(Context& context, PluginKind kind, const QString& text)
{
    static constexpr const char* nouns[] = {"method", "transform", "metric", "allocator", "analysis"};
    const SpecsOf specs = context.plugins().specsOf(kind);
    PluginChoice choice = TRY(context.asked(parsePluginChoice(text.toStdString(), specs)));
    std::vector<std::string> known;
    for (const MethodInfo& info : context.plugins().of(kind))
        known.push_back(info.id);
    if (std::ranges::find(known, choice.id) == known.end()) {
        for (const MethodInfo& info : context.plugins().all())
            if (info.id == choice.id) // another kind: awq is a transform
                return context.misuse(
                    "'{0}' is a {1}, no {2}: see tritloom-cli methods {0}", choice.id, idOf(info.kind),
                    nouns[std::size_t(kind)]);
        constexpr std::size_t few = 12; // a line of them
        return context.misuse(
            "no {} is called '{}'{}", nouns[std::size_t(kind)], choice.id,
            didYouMean(
                choice.id, known,
                known.size() <= few ? fmt::format(": use one of {}", fmt::join(known, ", "))
                                    : ": see tritloom-cli methods"));
    }
    if (text.trimmed().endsWith(':'))
        return context.misuse(
            "'{}' ends where a parameter should follow: leave out the colon", text.toStdString());
    TRY_VOID(context.asked(checkParameters(choice, specs(choice.id))));
    return choice;
}

Result<std::vector<PluginChoice>> askedPlugins(Context& context, PluginKind kind, const QStringList& texts)
{
    std::vector<PluginChoice> choices;
    for (const QString& text : texts)
        choices.push_back(TRY(askedPlugin(context, kind, text)));
    return choices;
}

Result<std::vector<AppliedTransform>> transformsGiven(Context& context)
{
    std::vector<AppliedTransform> given;
    if (context.parser.value("transform") == QLatin1String("none"))
        return given;
    const QStringList texts = TRY(askedList(context, "transform"));
    // All are checked before the first has run for minutes.
    for (PluginChoice& choice : TRY(askedPlugins(context, PluginKind::ModelTransform, texts)))
        given.push_back({std::move(choice), {"", "", {}}});
    return given;
}

namespace {

/// What --transform asks for, else what the recipe was made with. Told where the two differ.
Result<std::vector<AppliedTransform>> askedTransforms(Context& context)
{
    const QStringList given = context.parser.optionNames();
    std::vector<AppliedTransform> ofRecipe;
    if (given.contains(QStringLiteral("recipe")))
        ofRecipe = TRY(recipeTransforms(context.parser.value("recipe").toStdString()));
    if (!given.contains(QStringLiteral("transform"))) {
        if (!ofRecipe.empty())
            tell({fmt::format("the recipe was made with {}, and so is this", transformNames(ofRecipe))});
        for (const AppliedTransform& one : ofRecipe)
            TRY(askedPlugin(
                context, PluginKind::ModelTransform, QString::fromStdString(pluginText(one.transform))));
        return ofRecipe;
    }
    const auto asked = TRY(transformsGiven(context));
    if (!ofRecipe.empty() && transformNames(ofRecipe) != transformNames(asked))
        tell({fmt::format(
            "the recipe was made with {}, --transform asks for {}, which is done instead",
            transformNames(ofRecipe), transformNames(asked))});
    return asked;
}

} // namespace

Result<void>
forEachTransform(Context& context, const std::function<const Model&()>& model, const ApplyTransform& apply)
{
    if (context.leavesTransforms)
        return {};
    for (AppliedTransform& asked : TRY(askedTransforms(context))) {
        const QString title = QString::fromStdString(pluginText(asked.transform));
        const MethodContext work{
            .stop = context.stop, .progress = [&](double fraction) { context.progress(title, fraction); }};
        std::vector<Candidate> prepares = asked.preparedFor.format.empty()
            ? TRY(preparedFor(context, model()))
            : std::vector{asked.preparedFor};
        if (!prepares.empty())
            asked.preparedFor = prepares.front();
        TRY_VOID(apply(
            *context.plugins().transform(asked.transform.id), asked.transform.parameters, std::move(prepares),
            work));
        context.applied.push_back(std::move(asked));
    }
    return {};
}

BaseFiles& Context::bases()
{
    if (!m_bases) {
        std::vector<std::filesystem::path> given;
        if (parser.optionNames().contains(QStringLiteral("base")))
            given.emplace_back(parser.value("base").toStdString());
        m_bases = std::make_unique<BaseFiles>(std::move(given), preparedFile);
    }
    return *m_bases;
}

Result<std::shared_ptr<const Model>> Context::load(const QString& path)
{
    return makeModel(TRY(openModel(path.toStdString(), bases())));
}

Result<std::shared_ptr<Engine>> openEngine(Context& context)
{
    return openEngine(context, context.parser.positionalArguments()[0]);
}

Result<std::shared_ptr<Engine>> openEngine(Context& context, const QString& path)
{
    return openEngine(context, path, TRY(context.engineOptions()));
}

Result<std::shared_ptr<Engine>> openEngine(Context& context, const QString& path, EngineOptions options)
{
    auto model = TRY(context.load(path));
    if (model->graph || model->picture) // else opening or measuring says why it cannot be run
        TRY_VOID(context.checkApplied(
            model->picture ? std::optional(model->picture->task) : std::optional<PictureTask>()));
    auto engine = TRY(Engine::create(std::move(model), context.plugins().lookup(), std::move(options)));
    const std::size_t own = engine->model()->contextLength,
                      asked = engine->options().evaluation.contextLength;
    if (own > 0 && asked > own)
        tell({fmt::format(
            "--context {}: the model was made for {} tokens, and what it says of those behind tells little",
            asked, own)});
    TRY_VOID(forEachTransform(
        context, [&]() -> const Model& { return *engine->model(); },
        [&](const ModelTransform& transform, const Parameters& parameters, std::vector<Candidate> candidates,
            const MethodContext& work) -> Result<void> {
            const std::size_t said = engine->notices().size();
            engine = TRY(engine->transformed(transform, parameters, std::move(candidates), work));
            for (std::size_t n = said; n < engine->notices().size(); ++n)
                std::fprintf(stderr, "%s\n", engine->notices()[n].c_str());
            return {};
        }));
    return engine;
}

void addCandidateOptions(Context& context)
{
    context.choosesCandidates = true;
    context.addOption(
        {"formats",
         "Formats to choose from, separated by commas (default: tq2_0 to q8_0, f16); int4row@METHOD names a "
         "method of "
         "its own.",
         "ids"});
    context.addOption(
        {"method", "How weights are fitted to a format, e.g. gptq:act_order=0; see 'tritloom-cli methods'.",
         "id", "imatrix"});
}

Result<NumberFormatPtr> askedFormat(Context& context, const std::string& id)
{
    auto format = parseOfAnyRow(id);
    // What stands in for the length of a row was not written, and says nothing of what was.
    const bool isOfRow = id.find("row") != std::string::npos;
    if (format || (format.error().code != ErrorCode::NotFound && !isOfRow))
        return context.asked(std::move(format));
    return context.misuse(
        "no number format is called '{}'{}", id, didYouMeanFormat(id, ": see tritloom-cli formats"));
}

Result<std::vector<std::string>> askedFormats(Context& context)
{
    std::vector<std::string> ids;
    for (const QString& id : TRY(askedList(context, "formats"))) {
        TRY(askedFormat(context, id.toStdString()));
        ids.push_back(id.toStdString());
    }
    return ids;
}

Result<QStringList> askedList(Context& context, const QString& option)
{
    QStringList items;
    for (const QString& item : context.parser.value(option).split(','))
        items << item.trimmed();
    items.removeAll(QString());
    if (option != QLatin1String("transform")) // one may follow itself
        items.removeDuplicates();
    if (context.parser.isSet(option) && items.isEmpty())
        return context.misuse(
            "--{} names nothing: '{}'", option.toStdString(), context.parser.value(option).toStdString());
    return items;
}

Result<Candidate>
candidateOf(Context& context, const std::string& format, const PluginChoice& method, const std::string& hint)
{
    const NumberFormatPtr number = TRY(askedFormat(context, format));
    if (format.find("row") != std::string::npos) // groups have no length yet
        return Candidate{format, method.id, method.parameters};
    if (number->isFloat())
        return Candidate{format, "rtn", {}}; // nothing to fit
    if (!writesLayers(*context.plugins().find(method.id), *number)) {
        const std::string writers = writersOf(context.plugins(), *number);
        return context.misuse(
            "the method '{}' cannot write {}{}{}", method.id, format, hint,
            writers.empty() ? writers : fmt::format("; {} can", writers));
    }
    return Candidate{format, method.id, method.parameters};
}

Result<std::vector<Candidate>> candidatesOf(Context& context, const Model& model)
{
    const PluginChoice method =
        TRY(askedPlugin(context, PluginKind::LayerMethod, context.parser.value("method")));
    std::vector<Candidate> candidates;
    if (!context.parser.isSet("formats"))
        candidates = candidatesBy(model, method, context.plugins().lookup());
    for (const QString& id : TRY(askedList(context, "formats"))) {
        const std::string format = id.section('@', 0, 0).trimmed().toStdString();
        PluginChoice choice = method;
        if (id.contains('@'))
            choice = TRY(askedPlugin(context, PluginKind::LayerMethod, id.section('@', 1)));
        const std::string hint =
            id.contains('@') ? "" : fmt::format(": {}@METHOD names one for it alone", format);
        candidates.push_back(TRY(candidateOf(context, format, choice, hint)));
    }
    std::set<std::string> methods;
    for (const Candidate& candidate : candidates)
        methods.insert(candidate.method);
    TRY_VOID(checkBase(context, methods));
    return candidates;
}

Result<MeasuredModel> openMeasured(Context& context)
{
    return openMeasured(context, context.parser.positionalArguments()[0]);
}

Result<MeasuredModel> openMeasured(Context& context, const QString& path)
{
    MeasuredModel measured;
    measured.model = TRY(pictureModel(context, path));
    if (measured.model != nullptr) {
        const auto engine = TRY(openPictureEngine(context, measured.model));
        tell(engine->pictures().notices);
        measured.pictures = engine;
        measured.model = engine->model();
        measured.meter = TRY(engine->makeSession());
    }
    if (measured.model == nullptr) {
        measured.text = TRY(openEngine(context, path));
        measured.model = measured.text->model();
    }
    // Without a place to keep results the sweep still runs; it only starts anew next time.
    const auto project = Workspace::autosaveFor(*measured.model);
    if (project) {
        measured.project = project->store;
        measured.store = measured.project.get();
    }
    if (const std::string& why = project ? project->notice : project.error().message; !why.empty())
        std::fprintf(stderr, "%s\n", why.c_str());
    if (measured.meter == nullptr)
        measured.meter = TRY(measured.text->makeSession(measured.store));
    return measured;
}

Result<SensitivityTable>
measureTable(Context& context, const MeasuredModel& measured, std::vector<Candidate> candidates)
{
    SensitivityTable table =
        emptyTable(*measured.model, std::move(candidates), measured.meter->compressor().methods());
    std::set<std::string> methods;
    for (const auto& row : table.cells)
        for (const SensitivityCell& cell : row)
            methods.insert(cell.choice.method);
    TRY_VOID(checkMethods(context, measured.meter->compressor(), methods));
    TRY_VOID(tellNotFinite(context, *measured.model));
    std::size_t done = 0;
    std::vector<std::string> failures;
    TRY_VOID(sweep(
        table, *measured.meter, measured.store, 0, context.stop,
        [&](LayerId, std::size_t, const SensitivityCell& cell) {
            context.progress("sensitivity", double(++done) / double(table.cellCount()));
            if (!cell.failure.empty())
                failures.push_back(cell.failure);
        }));
    if (table.knownCount() == 0)
        return fail(
            ErrorCode::Unsupported, "no format could be measured: {}",
            failures.empty() ? "there are none" : failures.back());
    tellFailures(failures, table.cellCount(), "pairs of a layer and a format");
    return table;
}

Result<MetricScores>
scoresOf(Context& context, const MeasuredModel& measured, const std::vector<Candidate>& candidates)
{
    const QString text = context.parser.value("metric");
    const PluginChoice choice = TRY(askedPlugin(context, PluginKind::SensitivityMetric, text));
    TRY_VOID(tellNotFinite(context, *measured.model));
    std::unique_ptr<ModelProbe> probe;
    if (measured.pictures != nullptr)
        probe = TRY(measured.pictures->makeProbe(candidates, context.stop));
    else
        probe = TRY(measured.text->makeProbe(candidates, context.stop));
    const MethodContext work{
        .stop = context.stop, .progress = [&](double fraction) { context.progress(text, fraction); }};
    auto scores = TRY(context.plugins().metric(choice.id)->score(*probe, choice.parameters, work));
    tell(scores.notices);
    return scores;
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
