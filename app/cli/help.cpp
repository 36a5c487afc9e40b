// What --help prints: options under headings, in lines that a terminal shows whole.
#include "app/cli/command.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

namespace tritloom::cli {
namespace {

constexpr int lineLength = 96, textColumn = 30;

void printWrapped(const QString& name, const QString& text)
{
    QString line = QStringLiteral("  ") + name;
    if (line.size() >= textColumn - 1) {
        std::printf("%s\n", qPrintable(line));
        line.clear();
    }
    line = line.leftJustified(textColumn);
    for (const QString& word : text.split(u' ', Qt::SkipEmptyParts)) {
        if (line.size() > textColumn && line.size() + 1 + word.size() > lineLength) {
            std::printf("%s\n", qPrintable(line));
            line = QString(textColumn, u' ');
        }
        line += (line.size() > textColumn ? QStringLiteral(" ") : QString()) + word;
    }
    std::printf("%s\n", qPrintable(line));
}

QString nameOf(const QCommandLineOption& option)
{
    QStringList names;
    for (const QString& name : option.names())
        names << (name.size() == 1 ? u'-' + name : QStringLiteral("--") + name);
    const QString value = option.valueName();
    return names.join(QStringLiteral(", "))
        + (value.isEmpty() ? QString() : QStringLiteral(" <%1>").arg(value));
}

QString textOf(const QCommandLineOption& option)
{
    const QString text = option.description(), value = option.defaultValues().value(0);
    if (value.isEmpty() || text.contains(QLatin1String("default")))
        return text;
    return QStringLiteral("%1 (default: %2).").arg(text.endsWith(u'.') ? text.chopped(1) : text, value);
}

} // namespace

void Context::printHelp() const
{
    std::printf(
        "tritloom-cli %s: %s\n\nUsage: tritloom-cli %s", qPrintable(m_command), qPrintable(m_summary),
        qPrintable(m_command));
    for (const auto& [name, text] : m_arguments)
        std::printf(" %s", qPrintable(name));
    std::printf(" [options]\n");
    if (!m_arguments.empty())
        std::printf("\n");
    for (const auto& [name, text] : m_arguments)
        printWrapped(name, text);
    for (const OptionGroup group :
         {OptionGroup::Own, OptionGroup::Text, OptionGroup::Pictures, OptionGroup::Generation,
          OptionGroup::Running}) {
        bool isFirst = true;
        for (const auto& [option, itsGroup] : m_options) {
            if (itsGroup != group)
                continue;
            if (std::exchange(isFirst, false))
                std::printf("\n%s:\n", titleOf(group));
            printWrapped(nameOf(option), textOf(option));
        }
    }
}

void printCommands()
{
    std::printf("tritloom-cli: compress neural networks from the command line\n");
    const char* group = "";
    for (const Command& command : commands()) {
        if (std::string_view(std::exchange(group, command.group)) != command.group)
            std::printf("\n%s:\n", command.group);
        std::printf("  %-12s %s\n", command.name, command.summary);
    }
    std::printf("\ntritloom-cli COMMAND --help tells more. Exit codes: 0 done, 1 failed, 2 wrong use, 130 "
                "cancelled.\n");
}

} // namespace tritloom::cli
