#include "app/cli/command.h"

#include "app/session/near_word.h"
#include "app/session/size_unit.h"
#include "app/session/text_file.h"
#include "app/session/vulkan_devices.h"
#include "core/base/utf8.h"

#include <QCoreApplication>
#include <QJsonDocument>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace tritloom::cli {

Context::Context(QString command, const char* summary, std::stop_token stopToken)
    : stop(std::move(stopToken))
    , m_command(command)
    , m_summary(QString::fromUtf8(summary))
{
    parser.setApplicationDescription(QString("tritloom-cli %1: %2").arg(command, m_summary));
    addOption({"json", "Print one JSON object instead of a table."});
    addOption({{"h", "help"}, "Show this text."});
}

void Context::addEngineOptions()
{
    addOption({"text", "Text to measure on (default: the one that comes with the program).", "file"});
    addOption({"calibration", "Text that methods learn from (default: the one that comes with it).", "file"});
    addOption(
        {"imatrix", "An importance matrix of llama.cpp's: mean squares from there, not from the text.",
         "file"});
    addOption({"context", "Tokens a chunk (default: 512, or the model's own context where that is shorter).", "N"});
    addOption(
        {"chunks",
         m_command == "imatrix" ? "How many chunks of the calibration text to run (default: 32 at most)."
                                : "How many chunks of the text to measure (default: all).",
         "N"});
    addOption(
        {"transform",
         "Rewrite the model first, e.g. smoothquant:strength=0.8; several separated by commas; 'none': not even as "
         "the recipe was made.",
         "ids"});
    addOption(
        {"base",
         "The model that this one was tuned from, for methods that store the difference and for files that "
         "hold it.",
         "model"});
    addOption({"device", "A device id of 'tritloom-cli devices' (default: cpu).", "id", "cpu"});
    addOption({"threads", "How many threads to use (default: all cores).", "N"});
}

namespace {

bool isOutput(const QCommandLineOption& option)
{
    const QString name = option.names().constLast();
    return name == QLatin1String("output") || name == QLatin1String("csv") || name == QLatin1String("html");
}

/// That a folder of this name can be made, or is there.
Result<void> checkFolder(const QString& path)
{
    const std::filesystem::path folder = path.toStdString();
    std::error_code none;
    std::filesystem::path there = std::filesystem::absolute(folder, none);
    while (!std::filesystem::exists(there, none) && there.has_relative_path())
        there = there.parent_path();
    if (!std::filesystem::is_directory(there, none))
        return tritloom::fail(
            ErrorCode::Io, "{}: a folder is needed, and {} is a file", folder.string(), there.string());
    if (access(there.c_str(), W_OK) != 0)
        return tritloom::fail(
            ErrorCode::Io, "{}: nothing can be written into {}", folder.string(), there.string());
    return {};
}

} // namespace

bool namesFile(const QCommandLineOption& option)
{
    const QString value = option.valueName();
    return value.startsWith(QLatin1String("file")) || value == QLatin1String("folder")
        || value == QLatin1String("model");
}

/// A file to be written that is also read, or written twice; "" where there is none.
QString Context::writtenOntoInput() const
{
    QStringList outputs, others = parser.positionalArguments(), models = others;
    for (const Option& option : m_options)
        if (parser.isSet(option.option) && namesFile(option.option)) {
            (isOutput(option.option) ? outputs : others) << parser.value(option.option);
            if (option.option.valueName() == QLatin1String("model"))
                models << parser.value(option.option);
        }
    for (const QString& output : outputs) {
        const std::filesystem::path path = output.toStdString();
        std::error_code none;
        if (outputs.count(output) > 1)
            return output;
        if (!std::filesystem::is_regular_file(path, none))
            continue;
        for (const QString& other : others)
            if (std::filesystem::equivalent(path, other.toStdString(), none))
                return output;
        // What lies in a model's folder is part of it.
        const std::filesystem::path folder = std::filesystem::absolute(path, none).parent_path();
        for (const QString& model : models)
            if (std::filesystem::is_directory(model.toStdString(), none)
                && std::filesystem::equivalent(folder, model.toStdString(), none))
                return output;
    }
    return {};
}

/// "--output" where it was given and is "": a script's variable that is not set; "" where all have values.
QString Context::withoutValue() const
{
    for (const Option& option : m_options) {
        const QString name = option.option.names().constLast();
        const bool isText = name == QLatin1String("prompt") || name == QLatin1String("negative-prompt");
        if (!isText && !option.option.valueName().isEmpty() && parser.isSet(option.option)
            && parser.value(option.option).isEmpty())
            return isOutput(option.option) && option.option.names().size() > 1 ? QStringLiteral("-o")
                                                                               : QStringLiteral("--") + name;
    }
    return {};
}

/// "--base" where it was given more than once; "" where nothing was.
QString Context::givenTwice() const
{
    for (const Option& option : m_options)
        if (!option.option.valueName().isEmpty() && parser.values(option.option).size() > 1)
            return QStringLiteral("--") + option.option.names().constLast();
    return {};
}

/// That what is to be written can be, before minutes of work whose result goes there.
Result<void> Context::checkOutputs() const
{
    for (const Option& option : m_options) {
        if (!isOutput(option.option) || !parser.isSet(option.option))
            continue;
        const QString path = parser.value(option.option);
        if (option.option.valueName() == QLatin1String("folder"))
            TRY_VOID(checkFolder(path));
        // Some of what is exported are folders; it says itself which names it takes.
        else if (std::error_code none;
                 m_command != "export" || !std::filesystem::is_directory(path.toStdString(), none))
            TRY_VOID(checkWritable(path));
    }
    return {};
}

void Context::addOption(const QCommandLineOption& option)
{
    addOption(option, groupOf(option.names().constLast()));
}

void Context::addOption(const QCommandLineOption& option, OptionGroup group)
{
    parser.addOption(option);
    m_options.push_back({option, group});
}

void Context::addArgument(const QString& name, const QString& description)
{
    m_arguments.emplace_back(name, description);
}

Result<void> Context::checkApplied(std::optional<PictureTask> task) const
{
    for (const Option& option : m_options) {
        const QString name = option.option.names().constLast();
        // What is generated is held against real pictures where a network judges both.
        const bool areReal = (name == "images" || name == "limit") && task
            && parser.optionNames().contains(QStringLiteral("features"));
        if (parser.isSet(option.option) && !areReal && option.group != OptionGroup::Own
            && !applies(name, task))
            return misuse(
                "--{} means nothing here: the model is for {}", name.toStdString(),
                task ? nameOf(*task) : "text");
    }
    return {};
}

bool Context::parse(const QStringList& arguments, int positionals, int most)
{
    if (onlyDescribes)
        return false;
    if (!parser.parse(arguments)) {
        std::vector<std::string> known;
        for (const Option& option : m_options)
            known.push_back("--" + option.option.names().constLast().toStdString());
        QString text = parser.errorText();
        if (const QString unknown = parser.unknownOptionNames().value(0); !unknown.isEmpty())
            text = text.chopped(1) + didYouMean("--" + unknown.toStdString(), known).c_str(); // its full stop
        std::fprintf(stderr, "%s\n", qPrintable(text));
        exitCode = WrongUse;
        return false;
    }
    if (parser.isSet("help")) {
        printHelp();
        return false;
    }
    const auto given = int(parser.positionalArguments().size());
    if (given < positionals || given > std::max(positionals, most)) {
        QStringList missing;
        for (int i = given; i < positionals; ++i)
            missing << m_arguments[std::size_t(i)].first.split('.').front(); // "MODEL..." is one at least
        if (!missing.isEmpty())
            std::fprintf(
                stderr, "%s %s missing; see tritloom-cli %s --help\n", qPrintable(missing.join(" and ")),
                missing.size() == 1 ? "is" : "are", qPrintable(m_command));
        else
            std::fprintf(
                stderr, "'%s' is one argument too many; see tritloom-cli %s --help\n",
                qPrintable(parser.positionalArguments()[std::max(positionals, most)]), qPrintable(m_command));
        exitCode = WrongUse;
        return false;
    }
    if (parser.positionalArguments().contains(QString())) {
        std::fputs("an argument is '': a name is missing\n", stderr);
        exitCode = WrongUse;
        return false;
    }
    if (const QString empty = withoutValue(); !empty.isEmpty()) {
        std::fprintf(stderr, "%s needs a value, not ''\n", qPrintable(empty));
        exitCode = WrongUse;
        return false;
    }
    if (const QString twice = givenTwice(); !twice.isEmpty()) {
        std::fprintf(stderr, "%s is given more than once\n", qPrintable(twice));
        exitCode = WrongUse;
        return false;
    }
    if (const QString same = writtenOntoInput(); !same.isEmpty()) {
        std::fprintf(
            stderr, "%s: this file is read here, or written twice: choose another name\n", qPrintable(same));
        exitCode = WrongUse;
        return false;
    }
    if (const auto writable = checkOutputs(); !writable) {
        exitCode = fail(writable.error());
        return false;
    }
    return true;
}

int Context::fail(const Error& error) const
{
    const bool cancelled = error.code == ErrorCode::Cancelled; // where it stopped helps nobody
    // One line whatever a file is called.
    std::fprintf(
        stderr, "%s\n", cancelled ? "cancelled" : tritloom::printable(error.message, SIZE_MAX).c_str());
    return cancelled ? Cancelled : m_isWrongUse ? WrongUse : Failed;
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
        return misuse(
            "--{} needs a whole number from 1 on, not '{}'", name.toStdString(),
            parser.value(name).toStdString());
    return std::size_t(value);
}

Result<std::uint64_t> Context::seed() const
{
    bool valid = false;
    const qulonglong seed = parser.value("seed").toULongLong(&valid);
    if (!valid)
        return misuse("--seed needs a whole number from 0 on, not '{}'", parser.value("seed").toStdString());
    return std::uint64_t(seed);
}

Result<std::string> Context::device() const
{
    const std::string id = parser.value("device").toStdString();
    if (id.starts_with("vulkan:")) {
        const VulkanChoice choice = TRY(asked(vulkanChoiceOf(id)));
        if (choice.products == VulkanProducts::Half && !hasQuickHalves(choice.name))
            std::fprintf(
                stderr, "%s: half precision is not quicker on this device, so products are exact\n", id.c_str());
    } else if (id != "cpu" && id != "cpu:8bit" && id != "reference")
        return misuse(
            "no device is called '{}'{}", id,
            didYouMean(
                id, std::vector<std::string>{"cpu", "cpu:8bit", "reference"}, "; see tritloom-cli devices"));
    return id;
}

Result<std::size_t> Context::threads() const
{
    const std::size_t threads = TRY(countOption("threads", 0));
    if (threads > 1024)
        return misuse("--threads takes at most 1024, not {}", threads);
    return threads;
}

Result<EngineOptions> Context::engineOptions() const
{
    const auto text = [&](const QString& option) -> Result<std::string> {
        if (!parser.isSet(option))
            return std::string();
        std::string content = TRY(readTextFile(parser.value(option).toStdString()));
        if (content.empty())
            return tritloom::fail(
                ErrorCode::InvalidInput, "{}: the file is empty", parser.value(option).toStdString());
        if (content.ends_with('\n'))
            content.pop_back(); // as llama.cpp's tools read a text file
        if (content.empty()) // the text that comes with the program would take its place
            return tritloom::fail(
                ErrorCode::InvalidInput, "{}: the file holds the end of a line and nothing else",
                parser.value(option).toStdString());
        return content;
    };
    EngineOptions options;
    options.evaluationText = TRY(text("text"));
    options.calibrationText = TRY(text("calibration"));
    options.imatrix = parser.value("imatrix").toStdString();
    options.evaluation.contextLength = TRY(countOption("context", 0));
    if (parser.isSet("context") && options.evaluation.contextLength < shortestContext)
        return misuse(
            "--context needs at least {} tokens, not {}", shortestContext, options.evaluation.contextLength);
    options.evaluation.chunkCount = TRY(countOption("chunks", 0));
    if (parser.isSet("base"))
        options.base = TRY(loadModel(parser.value("base").toStdString()));
    options.device = TRY(device());
    options.threads = TRY(threads());
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
    const SizeUnit unit = sizeUnitOf(bytes);
    return QString("%1 %2").arg(double(bytes) / unit.bytes, 0, 'f', unit.bytes == 1 ? 0 : 2).arg(unit.name);
}

} // namespace tritloom::cli
