#pragma once

#include "app/cli/command.h"
#include "core/evaluate/evaluation.h"

/// One file per command; see commands.cpp for what each is for.
namespace tritloom::cli {

int inspect(Context&, const QStringList&);
int stats(Context&, const QStringList&);
int sensitivity(Context&, const QStringList&);
int allocate(Context&, const QStringList&);
int exportModel(Context&, const QStringList&);
int evaluate(Context&, const QStringList&);
int generate(Context&, const QStringList&);
int compare(Context&, const QStringList&);
int bench(Context&, const QStringList&);
int formats(Context&, const QStringList&);
int methods(Context&, const QStringList&);
int targets(Context&, const QStringList&);
int listDevices(Context&, const QStringList&);
int screenshot(Context&, const QStringList&);

/// The model of the first argument and an engine for it, by the common options.
[[nodiscard]] Result<std::shared_ptr<Engine>> openEngine(Context& context);
/// Candidates of --formats and --method, or the standard ones. Errors: NotFound (a format, a method).
[[nodiscard]] Result<std::vector<Candidate>> candidatesOf(Context& context);
void addCandidateOptions(Context& context);
/// Fills a table for the engine's model with progress on stderr; results go into the model's autosave project.
[[nodiscard]] Result<SensitivityTable> measureTable(Context& context, Engine& engine, std::vector<Candidate> candidates);
[[nodiscard]] QJsonObject evaluationJson(const Evaluation& evaluation);

} // namespace tritloom::cli
