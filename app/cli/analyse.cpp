#include "app/cli/picture_commands.h"
#include "core/method/family_analysis.h"
#include "core/method/runs_analysis.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>

#include <algorithm>

namespace tritloom::cli {
namespace {

QJsonArray tablesOf(const Report& report)
{
    QJsonArray tables;
    for (const Report::Table& table : report.tables) {
        QJsonArray columns, rows;
        for (const std::string& column : table.columns)
            columns.append(QString::fromStdString(column));
        for (const auto& row : table.rows) {
            QJsonArray cells;
            for (const std::string& cell : row)
                cells.append(QString::fromStdString(cell));
            rows.append(cells);
        }
        tables.append(QJsonObject{
            {"title", QString::fromStdString(table.title)}, {"columns", columns}, {"rows", rows}});
    }
    return tables;
}

QJsonArray chartsOf(const Report& report)
{
    QJsonArray charts;
    for (const Report::Chart& chart : report.charts) {
        QJsonArray list;
        for (const Report::Series& series : chart.series) {
            QJsonArray points;
            for (const Report::Point& point : series.points)
                points.append(QJsonArray{point.x, point.y, point.yError});
            list.append(QJsonObject{{"name", QString::fromStdString(series.name)}, {"points", points}});
        }
        charts.append(QJsonObject{
            {"title", QString::fromStdString(chart.title)},
            {"x", QString::fromStdString(chart.xTitle)},
            {"y", QString::fromStdString(chart.yTitle)},
            {"series", list}});
    }
    return charts;
}

void printReport(const Report& report)
{
    std::printf("%s\n", report.title.c_str());
    for (const std::string& paragraph : report.paragraphs)
        std::printf("\n%s\n", paragraph.c_str());
    for (const Report::Table& table : report.tables) {
        std::printf("\n%s\n", table.title.c_str());
        QStringList header;
        for (const std::string& column : table.columns)
            header << QString::fromStdString(column);
        std::vector<QStringList> rows;
        for (const auto& row : table.rows) {
            QStringList& cells = rows.emplace_back();
            for (const std::string& cell : row)
                cells << QString::fromStdString(cell);
        }
        printTable(header, rows);
    }
}

constexpr int mostModels = 32;

/// What an analysis asks about a model, and what has to live as long.
struct Asked {
    std::shared_ptr<Engine> text;
    std::shared_ptr<PictureEngine> pictures;
    std::unique_ptr<ModelProbe> probe;
};

Result<Asked> askable(Context& context, const QString& path)
{
    Asked asked;
    if (const auto network = TRY(pictureModel(context, path))) {
        asked.pictures = TRY(openPictureEngine(context, network));
        asked.probe = TRY(
            asked.pictures->makeProbe(TRY(candidatesOf(context, *asked.pictures->model())), context.stop));
        return asked;
    }
    asked.text = TRY(openEngine(context, path));
    asked.probe = TRY(asked.text->makeProbe(TRY(candidatesOf(context, *asked.text->model())), context.stop));
    return asked;
}

/// Numbers between commas, a line a run; a first line may name the columns. Errors: NotFound, InvalidInput.
Result<std::vector<std::vector<double>>>
readRuns(const QString& path, const std::vector<std::string>& columns)
{
    const std::string name = path.toStdString();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Text))
        return fail(ErrorCode::NotFound, "{}: {}", name, file.errorString().toStdString());
    constexpr qint64 most = 1 << 24;
    if (file.size() > most)
        return fail(ErrorCode::InvalidInput, "{}: {} bytes are no table of runs", name, file.size());
    std::vector<std::vector<double>> rows;
    const QStringList lines = QString::fromUtf8(file.readAll()).split('\n');
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (lines[i].trimmed().isEmpty())
            continue;
        const QStringList cells = lines[i].split(',');
        std::vector<double> row;
        for (const QString& cell : cells) {
            bool isNumber = false;
            row.push_back(cell.trimmed().toDouble(&isNumber));
            if (!isNumber) {
                row.clear();
                break;
            }
        }
        if (row.empty() && rows.empty() && i == 0)
            continue; // names of columns
        if (row.size() != columns.size())
            return fail(
                ErrorCode::InvalidInput, "{}: line {} is not {} numbers between commas: {}", name, i + 1,
                columns.size(), fmt::join(columns, ", "));
        rows.push_back(std::move(row));
    }
    return rows;
}

/// Models of one family: networks on pictures each with its own pictures, language models with one text.
Result<Report> runFamily(
    Context& context, const Analysis& analysis, const QStringList& models, const Parameters& parameters,
    const MethodContext& work)
{
    const auto* const family = dynamic_cast<const FamilyAnalysis*>(&analysis);
    if (family == nullptr)
        return context.misuse("'{}' looks at one model, {} are named", analysis.id(), models.size());
    std::vector<Asked> asked;
    std::vector<FamilyAnalysis::Member> members;
    for (const QString& path : models) {
        asked.push_back(TRY(askable(context, path)));
        members.push_back(
            {std::filesystem::path(path.toStdString()).stem().string(), asked.back().probe.get()});
    }
    return family->runFamily(members, parameters, work);
}

} // namespace

int analyse(Context& context, const QStringList& arguments)
{
    context.addArgument("ANALYSIS", "An id and its parameters, e.g. memory-faults:soft=2.");
    context.addArgument(
        "MODEL...",
        "The model to look at; some analyses need none, some compare several, training-law takes a table of "
        "runs.");
    context.addEngineOptions();
    addCandidateOptions(context);
    addPictureOptions(context);
    if (!context.parse(arguments, 1, mostModels + 1))
        return context.exitCode;
    QStringList given = context.parser.positionalArguments();
    // The model first, as all other commands have it, is as clear.
    const auto isAnalysis = [&](const QString& text) {
        return context.plugins().analysis(text.section(':', 0, 0).trimmed().toStdString()) != nullptr;
    };
    if (const auto named = std::ranges::find_if(given, isAnalysis); named != given.end())
        std::rotate(given.begin(), named, named + 1);
    else if (QFileInfo::exists(given[0])) {
        std::fprintf(
            stderr, "'%s' is a file or folder: which analysis of it? See tritloom-cli methods\n",
            qPrintable(given[0]));
        return WrongUse;
    }
    const auto run = [&]() -> Result<Report> {
        const PluginChoice choice = TRY(askedPlugin(context, PluginKind::Analysis, given[0]));
        const Analysis* const analysis = context.plugins().analysis(choice.id);
        if (analysis->needsModel() && given.size() < 2)
            return context.misuse("'{}' looks at a model: name one after it", choice.id);
        const auto* const table = dynamic_cast<const RunsAnalysis*>(analysis);
        const bool isOfRuns = table != nullptr && given.size() == 2;
        if (!analysis->needsModel() && given.size() > 1 && !isOfRuns)
            return context.misuse(
                "'{}' asks no model, its parameters say what it is about: leave out '{}'", choice.id,
                given[1].toStdString());
        const MethodContext work{
            .stop = context.stop, .progress = [&](double fraction) { context.progress(given[0], fraction); }};
        if (isOfRuns)
            return table->runOn(TRY(readRuns(given[1], table->columns())), choice.parameters, work);
        if (given.size() < 2)
            return analysis->run(nullptr, choice.parameters, work);
        if (given.size() > 2)
            return runFamily(context, *analysis, given.mid(1), choice.parameters, work);
        const Asked asked = TRY(askable(context, given[1]));
        return analysis->run(asked.probe.get(), choice.parameters, work);
    };
    const auto report = run();
    if (!report)
        return context.fail(report.error());
    if (context.json()) {
        QJsonArray paragraphs;
        for (const std::string& paragraph : report->paragraphs)
            paragraphs.append(QString::fromStdString(paragraph));
        context.print(
            {{"title", QString::fromStdString(report->title)},
             {"paragraphs", paragraphs},
             {"tables", tablesOf(*report)},
             {"charts", chartsOf(*report)}});
    } else {
        printReport(*report);
    }
    return Done;
}

} // namespace tritloom::cli
