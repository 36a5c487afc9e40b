#include "app/session/report_csv.h"

#include <fmt/format.h>

namespace tritloom {
namespace {

std::string quoted(const std::string& cell)
{
    if (cell.find_first_of(",\"\n\r") == std::string::npos)
        return cell;
    std::string text = "\"";
    for (const char c : cell)
        text.append(c == '"' ? 2 : 1, c);
    return text + "\"";
}

void addRow(std::string& text, const std::vector<std::string>& cells)
{
    for (std::size_t i = 0; i < cells.size(); ++i)
        text.append(i == 0 ? "" : ",").append(quoted(cells[i]));
    text += "\n";
}

} // namespace

std::string reportCsv(const Report& report)
{
    std::string text;
    const auto begin = [&](const std::string& title) {
        if (!text.empty())
            text += "\n";
        addRow(text, {title});
    };
    for (const Report::Table& table : report.tables) {
        begin(table.title);
        addRow(text, table.columns);
        for (const auto& row : table.rows)
            addRow(text, row);
    }
    for (const Report::Chart& chart : report.charts) {
        begin(chart.title);
        addRow(text, {"series", chart.xTitle, chart.yTitle, "error"});
        for (const Report::Series& series : chart.series)
            for (const Report::Point& point : series.points)
                addRow(
                    text,
                    {series.name, fmt::format("{}", point.x), fmt::format("{}", point.y),
                     fmt::format("{}", point.yError)});
    }
    return text;
}

} // namespace tritloom
