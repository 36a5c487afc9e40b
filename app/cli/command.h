#pragma once

#include "app/session/engine.h"
#include "app/session/plugin_host.h"

#include <QCommandLineParser>
#include <QJsonObject>

#include <span>
#include <stop_token>

namespace tritloom::cli {

enum ExitCode { Done = 0, Failed = 1, WrongUse = 2, Cancelled = 130 };

/// What a command works with. Tables go to stdout, progress and errors to stderr.
class Context {
public:
    Context(QString command, const char* summary, std::stop_token stop);

    QCommandLineParser parser; ///< holds --json, --help already
    std::stop_token stop; ///< Ctrl+C

    /// Adds --text, --calibration, --context, --chunks, --device, --threads.
    void addEngineOptions();
    /// Parses; prints help or the mistake. most: 0 for exactly `positionals`. False: return exitCode.
    [[nodiscard]] bool parse(const QStringList& arguments, int positionals, int most = 0);
    bool choosesCandidates = false; ///< addCandidateOptions() was called
    int exitCode = Done;

    [[nodiscard]] bool json() const { return parser.isSet("json"); }
    /// One line on stderr, rewritten in place on a terminal, every tenth elsewhere. fraction 0 to 1.
    void progress(const QString& what, double fraction);
    int fail(const Error& error); ///< prints the sentence, gives the exit code
    void print(const QJsonObject& object);

    [[nodiscard]] Result<EngineOptions> engineOptions() const;
    [[nodiscard]] Result<std::size_t> countOption(const QString& name, std::size_t otherwise) const;
    [[nodiscard]] PluginHost& plugins();

private:
    QString m_command, m_summary, m_lastProgress;
    std::unique_ptr<PluginHost> m_plugins;
};

/// A table with aligned columns on stdout. Numbers (cells that start with a digit or sign) go to the right.
void printTable(const QStringList& header, const std::vector<QStringList>& rows);
[[nodiscard]] QString formatBytes(std::uint64_t bytes);

struct Command {
    const char* name;
    const char* summary;
    int (*run)(Context& context, const QStringList& arguments);
};
/// app/cli/commands.cpp holds the only list.
[[nodiscard]] std::span<const Command> commands();

} // namespace tritloom::cli
