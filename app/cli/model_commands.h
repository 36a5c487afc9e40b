#pragma once

#include "app/cli/command.h"
#include "app/session/plugin_choice.h"
#include "core/evaluate/evaluation.h"
#include "core/method/sensitivity_metric.h"
#include "core/store/project_store.h"

#include <functional>
#include <set>

/// One file per command; see commands.cpp for what each is for.
namespace tritloom {
class PictureEngine;
}

namespace tritloom::cli {

int inspect(Context&, const QStringList&);
int stats(Context&, const QStringList&);
int sensitivity(Context&, const QStringList&);
int analyse(Context&, const QStringList&);
int allocate(Context&, const QStringList&);
int recipe(Context&, const QStringList&);
int exportModel(Context&, const QStringList&);
int evaluate(Context&, const QStringList&);
int blame(Context&, const QStringList&);
int generate(Context&, const QStringList&);
int deltas(Context&, const QStringList&);
int compare(Context&, const QStringList&);
int imatrix(Context&, const QStringList&);
int bench(Context&, const QStringList&);
int formats(Context&, const QStringList&);
int methods(Context&, const QStringList&);
int targets(Context&, const QStringList&);
int listDevices(Context&, const QStringList&);
int screenshot(Context&, const QStringList&);
int completion(Context&, const QStringList&);

/// "gptq:act_order=0:dampening=0.02" as a plugin of this kind and its parameters, in numbers or words.
/// Errors: WrongUse (no such plugin, parameter or value).
[[nodiscard]] Result<PluginChoice> askedPlugin(Context& context, PluginKind kind, const QString& text);

/// The same of each of these texts, in order.
[[nodiscard]] Result<std::vector<PluginChoice>>
askedPlugins(Context& context, PluginKind kind, const QStringList& texts);

/// The plugins of --transform, checked; none for "none". Without a format: not prepared for anything yet.
[[nodiscard]] Result<std::vector<AppliedTransform>> transformsGiven(Context& context);
/// The format of this id; "int4row" in a group of some length. Errors: WrongUse (none is called so).
[[nodiscard]] Result<NumberFormatPtr> askedFormat(Context& context, const std::string& id);
/// Those of --formats, each as it was written; none where it was not given. Errors: WrongUse.
[[nodiscard]] Result<std::vector<std::string>> askedFormats(Context& context);
/// The items of an option that is separated by commas; none where it was not given. Errors: WrongUse (",").
[[nodiscard]] Result<QStringList> askedList(Context& context, const QString& option);

using ApplyTransform = std::function<Result<void>(
    const ModelTransform&, const Parameters&, std::vector<Candidate>, const MethodContext&)>;
/// Calls apply for every one of --transform, or of the recipe where that option is not given, in order; all are
/// checked first. model: as it is before each.
[[nodiscard]] Result<void>
forEachTransform(Context& context, const std::function<const Model&()>& model, const ApplyTransform& apply);

/// The model of the first argument and an engine for it, by the common options.
[[nodiscard]] Result<std::shared_ptr<Engine>> openEngine(Context& context);
[[nodiscard]] Result<std::shared_ptr<Engine>> openEngine(Context& context, const QString& path);
[[nodiscard]] Result<std::shared_ptr<Engine>>
openEngine(Context& context, const QString& path, EngineOptions options);
/// What --recipe says of the model's layers: a recipe, or a compressed model. Without it they are as stored.
/// Errors: those of readRecipe().
[[nodiscard]] Result<Allocation> askedAllocation(Context& context, const Model& model);
/// --base, for commands without the common options.
void addBaseOption(Context& context);
/// Candidates of --formats and --method, or the standard ones. Errors: NotFound (a format, a method).
[[nodiscard]] Result<std::vector<Candidate>> candidatesOf(Context& context, const Model& model);
[[nodiscard]] QJsonObject parametersJson(const Parameters& parameters); ///< {"blocks": 3}
void addCandidateOptions(Context& context);
/// A format and what fits weights to it: nothing where it is a float. Errors: WrongUse (no such method,
/// parameter or format, or the method cannot write it: the hint follows).
[[nodiscard]] Result<Candidate> candidateOf(
    Context& context, const std::string& format, const PluginChoice& method, const std::string& hint = {});
/// What measures the model of the first argument: an engine's session, of text or of pictures.
struct MeasuredModel {
    std::shared_ptr<const Model> model;
    std::shared_ptr<Engine> text; ///< of a language model; null for pictures
    std::shared_ptr<PictureEngine> pictures; ///< of a network on pictures; null for text
    std::shared_ptr<DivergenceMeter> meter; ///< keeps its engine alive
    ResultStore* store = nullptr; ///< where results are kept, null without a place for them
    std::shared_ptr<ProjectStore> project; ///< owns store
};
[[nodiscard]] Result<MeasuredModel> openMeasured(Context& context);
[[nodiscard]] Result<MeasuredModel> openMeasured(Context& context, const QString& path);
/// Fills a table with progress on stderr; results go into the model's autosave project.
[[nodiscard]] Result<SensitivityTable>
measureTable(Context& context, const MeasuredModel& measured, std::vector<Candidate> candidates);
/// What the metric of --metric says of the model. Errors: NotFound, Unsupported, those of the metric.
[[nodiscard]] Result<MetricScores>
scoresOf(Context& context, const MeasuredModel& measured, const std::vector<Candidate>& candidates);
[[nodiscard]] QJsonObject evaluationJson(const Evaluation& evaluation);

[[nodiscard]] std::set<std::string> methodsOf(const Allocation& allocation); ///< of layers that are compressed
/// That --base is there where one of the methods needs it, and only there. Errors: WrongUse.
[[nodiscard]] Result<void> checkBase(Context& context, const std::set<std::string>& methods);
/// What would fail in every layer is told before the first is made; what is to be known of a base goes to
/// stderr. Errors: WrongUse, those of Compressor::checkMethod().
[[nodiscard]] Result<void>
checkMethods(Context& context, const Compressor& compressor, const std::set<std::string>& methods);
/// What the file says it was made from, and where that lies if it is beside it or here; "" where it says
/// nothing.
[[nodiscard]] std::string originalText(const Model& model);
/// That the reference is the compressed file itself, and which original could be: "" where neither is so.
[[nodiscard]] std::string referenceText(const Context& context, const Model& model);
[[nodiscard]] QJsonValue originalJson(const Model& model); ///< {"name", "bytes", "path"}, or null
/// Sentences, a line each, to stderr.
void tell(const std::vector<std::string>& sentences);
/// Weights that are NaN or infinite, by tensor, to stderr. Reads all of the file. Errors: Cancelled.
[[nodiscard]] Result<void> tellNotFinite(Context& context, const Model& model);
/// "2 of 12 rows could not be measured" and why, to stderr; nothing where none failed.
void tellFailures(const std::vector<std::string>& failures, std::size_t all, const char* what);

} // namespace tritloom::cli
