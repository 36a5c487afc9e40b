#include "app/cli/model_commands.h"

#include "app/session/text_file.h"

#include <cstdio>

namespace tritloom::cli {
namespace {

/// What a command takes: a command that only describes itself.
std::unique_ptr<Context> described(const Command& command)
{
    auto context = std::make_unique<Context>(command.name, command.summary, std::stop_token());
    context->onlyDescribes = true;
    (void)command.run(*context, {});
    return context;
}

QStringList flagsOf(const QCommandLineOption& option)
{
    QStringList flags;
    for (const QString& name : option.names())
        flags << (name.size() == 1 ? QStringLiteral("-") : QStringLiteral("--")) + name;
    return flags;
}

/// Words for commands and options; everything else is a file, which is what bash completes by itself.
QString bashScript()
{
    QStringList names, cases;
    for (const Command& command : commands()) {
        names << QLatin1String(command.name);
        QStringList flags;
        const auto context = described(command);
        for (const Context::Option& option : context->options())
            flags << flagsOf(option.option);
        cases << QStringLiteral("        %1) words='%2' ;;").arg(names.back(), flags.join(u' '));
    }
    return QStringLiteral(R"(# bash completion for tritloom-cli, as 'tritloom-cli completion bash' prints it
_tritloom_cli()
{
    local current=${COMP_WORDS[COMP_CWORD]} words=
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
        words='%1 --help --version'
    elif [[ $current == -* ]]; then
        case ${COMP_WORDS[1]} in
%2
        esac
    fi
    [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _tritloom_cli tritloom-cli
)")
        .arg(names.join(u' '), cases.join(u'\n'));
}

/// A text between the quotes and brackets of a specification of zsh's.
QString quoted(QString text)
{
    for (const QChar special : QStringLiteral("\\[]:"))
        text.replace(special, QStringLiteral("\\") + special);
    return text.replace(u'\'', QStringLiteral("'\\''"));
}

QString zshScript()
{
    QStringList names, cases;
    for (const Command& command : commands()) {
        names << QStringLiteral("        '%1:%2'")
                     .arg(QLatin1String(command.name), quoted(QString::fromUtf8(command.summary)));
        QStringList specs;
        const auto context = described(command);
        for (const Context::Option& option : context->options()) {
            const QStringList flags = flagsOf(option.option);
            const QString value = option.option.valueName(),
                          action = namesFile(option.option) ? QStringLiteral("_files") : QStringLiteral(" ");
            const QString rest = QStringLiteral("[%1]").arg(quoted(option.option.description()))
                + (value.isEmpty() ? QString() : QStringLiteral(":%1:%2").arg(quoted(value), action));
            for (const QString& flag : flags)
                specs << QStringLiteral("            '(%1)%2%3'").arg(flags.join(u' '), flag, rest);
        }
        specs << QStringLiteral("            '*:file:_files'");
        cases << QStringLiteral("    %1)\n        _arguments -s \\\n%2\n        ;;")
                     .arg(QLatin1String(command.name), specs.join(QStringLiteral(" \\\n")));
    }
    return QStringLiteral(R"(#compdef tritloom-cli
# zsh completion for tritloom-cli, as 'tritloom-cli completion zsh' prints it
_tritloom_cli()
{
    local -a commands
    commands=(
%1
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    shift words
    (( CURRENT-- ))
    case $words[1] in
%2
    esac
}
_tritloom_cli "$@"
)")
        .arg(names.join(u'\n'), cases.join(u'\n'));
}

} // namespace

int completion(Context& context, const QStringList& arguments)
{
    context.addArgument("SHELL", "bash or zsh: what it reads to complete commands and options.");
    context.addOption({{"o", "output"}, "A file in the place of standard output.", "file"});
    if (!context.parse(arguments, 1))
        return context.exitCode;
    const QString shell = context.parser.positionalArguments()[0];
    if (shell != QLatin1String("bash") && shell != QLatin1String("zsh")) {
        std::fprintf(stderr, "there is no completion for '%s': use bash or zsh\n", qPrintable(shell));
        return WrongUse;
    }
    const QString script = shell == QLatin1String("bash") ? bashScript() : zshScript();
    if (context.parser.isSet("output")) {
        const auto written = writeTextFile(context.parser.value("output"), script.toStdString());
        return written ? int(Done) : context.fail(written.error());
    }
    if (context.json())
        context.print({{"shell", shell}, {"script", script}});
    else
        std::fputs(script.toUtf8().constData(), stdout);
    return Done;
}

} // namespace tritloom::cli
