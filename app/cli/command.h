#pragma once

#include "app/cli/option_groups.h"
#include "app/cli/progress_line.h"
#include "app/session/engine.h"
#include "app/session/plugin_host.h"
#include "core/file/base_files.h"

#include <QCommandLineParser>
#include <QJsonObject>

#include <optional>
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

    /// Under the heading that its name has in groupedOptions(), or under `group`.
    void addOption(const QCommandLineOption& option);
    void addOption(const QCommandLineOption& option, OptionGroup group);
    void addArgument(const QString& name, const QString& description);
    /// Adds --text, --calibration, --context, --chunks, --device, --threads.
    void addEngineOptions();
    /// Parses; prints help or the mistake. most: 0 for exactly `positionals`. False: return exitCode.
    [[nodiscard]] bool parse(const QStringList& arguments, int positionals, int most = 0);
    std::optional<Candidate> preparesFor; ///< what transforms are to prepare for; absent: as options say
    bool leavesTransforms = false; ///< the model as it is stored, whatever options say
    std::vector<AppliedTransform> applied; ///< what forEachTransform() rewrote the model by, for recipes
    bool choosesCandidates = false; ///< addCandidateOptions() was called
    bool onlyDescribes =
        false; ///< parse() gives false at once: what the command takes is known, nothing is done
    int exitCode = Done;

    [[nodiscard]] bool json() const { return parser.isSet("json"); }
    /// One line on stderr with the time left, rewritten in place on a terminal, one in some seconds elsewhere.
    /// fraction 0 to 1; less than before: of something new.
    void progress(const QString& what, double fraction) { m_progress.show(what, fraction); }
    int fail(const Error& error) const; ///< prints the sentence, gives the exit code
    /// The error of an option that cannot be meant: fail() gives WrongUse for it.
    template <typename... Args>
    [[nodiscard]] tl::unexpected<Error> misuse(fmt::format_string<Args...> text, Args&&... args) const
    {
        m_isWrongUse = true;
        return tritloom::fail(ErrorCode::InvalidInput, text, std::forward<Args>(args)...);
    }
    /// The same for what others say of an option's value.
    template <typename T>
    [[nodiscard]] Result<T> asked(Result<T> value) const
    {
        m_isWrongUse = m_isWrongUse || !value;
        return value;
    }
    [[nodiscard]] bool isWrongUse() const { return m_isWrongUse; } ///< misuse() or asked() said so
    /// That no option was given that means nothing for the model. task: absent for language models.
    [[nodiscard]] Result<void> checkApplied(std::optional<PictureTask> task) const;
    void print(const QJsonObject& object);

    [[nodiscard]] Result<EngineOptions> engineOptions() const;
    [[nodiscard]] Result<std::size_t> countOption(const QString& name, std::size_t otherwise) const;
    [[nodiscard]] Result<std::uint64_t> seed() const;
    [[nodiscard]] Result<std::string> device() const; ///< that is there
    [[nodiscard]] Result<std::size_t> threads() const; ///< 0: all cores
    [[nodiscard]] PluginHost& plugins();
    /// The model there; what its differences are to is --base where that is given, else beside it. One base is
    /// mapped once whatever number of models refers to it. Errors: those of openModel().
    [[nodiscard]] Result<std::shared_ptr<const Model>> load(const QString& path);
    [[nodiscard]] BaseFiles& bases(); ///< of load()

    struct Option {
        QCommandLineOption option;
        OptionGroup group;
    };
    [[nodiscard]] std::span<const Option> options() const { return m_options; } ///< in the order of the help

private:
    void printHelp() const;
    [[nodiscard]] QString writtenOntoInput() const;
    [[nodiscard]] QString withoutValue() const;
    [[nodiscard]] QString givenTwice() const;
    [[nodiscard]] Result<void> checkOutputs() const;

    QString m_command, m_summary;
    ProgressLine m_progress;
    mutable bool m_isWrongUse = false; ///< remembered by whatever reads options
    std::vector<Option> m_options; ///< for the help, in order
    std::vector<std::pair<QString, QString>> m_arguments;
    std::unique_ptr<PluginHost> m_plugins;
    std::unique_ptr<BaseFiles> m_bases;
};

/// A table with aligned columns on stdout. Numbers (cells that start with a digit or sign) go to the right.
void printTable(const QStringList& header, const std::vector<QStringList>& rows);
[[nodiscard]] QString formatBytes(std::uint64_t bytes); ///< "1.84 MB", see app/session/size_unit.h

struct Command {
    const char* group; ///< the heading above it in --help
    const char* name;
    const char* summary;
    int (*run)(Context& context, const QStringList& arguments);
};
/// app/cli/commands.cpp holds the only list.
[[nodiscard]] std::span<const Command> commands();
/// A file or folder is its value.
[[nodiscard]] bool namesFile(const QCommandLineOption& option);
void printCommands(); ///< what --help without a command prints

} // namespace tritloom::cli
