#include "app/cli/command.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace tritloom::cli {

Context::Context(QString command, const char* summary, std::stop_token stopToken)
    : stop(std::move(stopToken))
    , m_command(command)
    , m_summary(QString::fromUtf8(summary))
{
    parser.setApplicationDescription(QString("tritloom-cli %1: %2").arg(command, m_summary));
    parser.addOption({"json", "Print one JSON object instead of a table."});
    parser.addOption({{"h", "help"}, "Show this text."});
}

void Context::addEngineOptions()
{
    parser.addOption({"text", "Text to measure on (default: the one that comes with the program).", "file"});
    parser.addOption(
        {"calibration", "Text that methods learn from (default: the one that comes with it).", "file"});
    parser.addOption(
        {"imatrix", "An importance matrix of llama.cpp's: mean squares from there, not from the text.", "file"});
    parser.addOption({"context", "Tokens a chunk (default: the model's context, at most 512).", "N"});
    parser.addOption({"chunks", "How many chunks of the text to measure (default: all).", "N"});
    parser.addOption(
        {"transform", "Rewrite the model first, e.g. smoothquant:strength=0.8; several separated by commas.",
         "ids"});
    parser.addOption(
        {"base", "The model that this one was tuned from, for methods that store the difference.", "model"});
    parser.addOption({"device", "A device id of 'tritloom-cli devices' (default: cpu).", "id", "cpu"});
    parser.addOption({"threads", "How many threads to use (default: all cores).", "N"});
}

namespace {

/// A file to be written that is also read, or written twice; "" where there is none.
QString writtenOntoInput(const QCommandLineParser& parser)
{
    const auto valuesOf = [&](std::initializer_list<const char*> names) {
        QStringList values;
        for (const QString& name : parser.optionNames())
            if (std::ranges::find(names, name) != names.end())
                values << parser.value(name);
        return values;
    };
    const QStringList outputs = valuesOf({"o", "output", "csv", "html"});
    QStringList others = valuesOf(
        {"recipe", "imatrix", "text", "calibration", "base", "reference", "model", "labels", "images"});
    others << parser.positionalArguments();
    for (const QString& output : outputs) {
        const std::filesystem::path path = output.toStdString();
        std::error_code none;
        if (outputs.count(output) > 1)
            return output;
        for (const QString& other : others)
            if (std::filesystem::is_regular_file(path, none)
                && std::filesystem::equivalent(path, other.toStdString(), none))
                return output;
    }
    return {};
}

} // namespace

bool Context::parse(const QStringList& arguments, int positionals, int most)
{
    if (!parser.parse(arguments)) {
        std::fprintf(stderr, "%s\n", qPrintable(parser.errorText()));
        exitCode = WrongUse;
        return false;
    }
    if (parser.isSet("help")) {
        QString text = parser.helpText(); // which knows the program by its path, and nothing of commands
        text.replace(QCoreApplication::arguments().constFirst(), QStringLiteral("tritloom-cli ") + m_command);
        std::fputs(qPrintable(text), stdout);
        return false;
    }
    const auto given = int(parser.positionalArguments().size());
    if (given < positionals || given > std::max(positionals, most)) {
        std::fprintf(
            stderr, "%d argument%s expected, %d given; see --help\n", positionals,
            positionals == 1 ? "" : "s", int(parser.positionalArguments().size()));
        exitCode = WrongUse;
        return false;
    }
    if (const QString same = writtenOntoInput(parser); !same.isEmpty()) {
        std::fprintf(
            stderr, "%s: this file is read here, or written twice: choose another name\n", qPrintable(same));
        exitCode = WrongUse;
        return false;
    }
    return true;
}

void Context::progress(const QString& what, double fraction)
{
    const int percent = int(fraction * 100);
    const bool terminal = isatty(STDERR_FILENO) != 0;
    const QString line = QString("%1 %2 %").arg(what).arg(terminal ? percent : percent / 10 * 10);
    if (line == m_lastProgress)
        return;
    m_lastProgress = line;
    if (terminal)
        std::fprintf(stderr, "\r\033[K%s%s", qPrintable(line), fraction >= 1 ? "\n" : "");
    else
        std::fprintf(stderr, "%s\n", qPrintable(line));
}

int Context::fail(const Error& error)
{
    const bool cancelled = error.code == ErrorCode::Cancelled; // where it stopped helps nobody
    std::fprintf(stderr, "%s\n", cancelled ? "cancelled" : error.message.c_str());
    return error.code == ErrorCode::Cancelled ? Cancelled : Failed;
}

void Context::print(const QJsonObject& object)
{
    std::fputs(QJsonDocument(object).toJson().constData(), stdout);
}

Result<std::size_t> Context::countOption(const QString& name, std::size_t otherwise) const
{
    if (!parser.isSet(name))
        return otherwise;
    bool valid = false;
    const qulonglong value = parser.value(name).toULongLong(&valid);
    if (!valid || value == 0 || value > 1'000'000'000)
        return tritloom::fail(
            ErrorCode::InvalidInput, "--{} needs a whole number from 1 on, not '{}'", name.toStdString(),
            parser.value(name).toStdString());
    return std::size_t(value);
}

Result<EngineOptions> Context::engineOptions() const
{
    const auto text = [&](const QString& option) -> Result<std::string> {
        if (!parser.isSet(option))
            return std::string();
        QFile file(parser.value(option));
        if (!file.open(QIODevice::ReadOnly))
            return tritloom::fail(
                ErrorCode::Io, "{}: {}", parser.value(option).toStdString(),
                file.errorString().toStdString());
        std::string content = file.readAll().toStdString();
        if (content.empty())
            return tritloom::fail(
                ErrorCode::InvalidInput, "{}: the file is empty", parser.value(option).toStdString());
        if (content.ends_with('\n'))
            content.pop_back(); // as llama.cpp's tools read a text file
        return content;
    };
    EngineOptions options;
    options.evaluationText = TRY(text("text"));
    options.calibrationText = TRY(text("calibration"));
    options.imatrix = parser.value("imatrix").toStdString();
    options.evaluation.contextLength = TRY(countOption("context", 0));
    options.evaluation.chunkCount = TRY(countOption("chunks", 0));
    if (parser.isSet("base"))
        options.base = TRY(loadModel(parser.value("base").toStdString()));
    options.device = parser.value("device").toStdString();
    options.threads = TRY(countOption("threads", 0));
    if (options.threads > 1024)
        return tritloom::fail(
            ErrorCode::InvalidInput, "--threads takes at most 1024, not {}", options.threads);
    return options;
}

PluginHost& Context::plugins()
{
    if (!m_plugins)
        m_plugins = std::make_unique<PluginHost>();
    return *m_plugins;
}

void printTable(const QStringList& header, const std::vector<QStringList>& rows)
{
    std::vector<int> widths;
    for (const QString& cell : header)
        widths.push_back(int(cell.size()));
    for (const QStringList& row : rows)
        for (int c = 0; c < row.size(); ++c)
            widths[std::size_t(c)] = std::max(widths[std::size_t(c)], int(row[c].size()));
    const auto isNumber = [](const QString& cell) {
        return !cell.isEmpty() && (cell[0].isDigit() || cell[0] == '-' || cell[0] == '+');
    };
    const auto print = [&](const QStringList& row, const QStringList& like) {
        QString line;
        for (int c = 0; c < row.size(); ++c) {
            const int width = widths[std::size_t(c)];
            line += (isNumber(like[c]) ? row[c].rightJustified(width) : row[c].leftJustified(width)) + "  ";
        }
        while (line.endsWith(' '))
            line.chop(1);
        std::printf("%s\n", qPrintable(line));
    };
    print(header, rows.empty() ? header : rows.front());
    for (const QStringList& row : rows)
        print(row, row);
}

QString formatBytes(std::uint64_t bytes)
{
    const char* const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = double(bytes);
    int unit = 0;
    while (value >= 1000 && unit < 4) {
        value /= 1000;
        ++unit;
    }
    return QString("%1 %2").arg(value, 0, 'f', unit == 0 ? 0 : 2).arg(units[unit]);
}

} // namespace tritloom::cli
