#include "app/session/report_csv.h"

#include "app/session/text_file.h"

#include <fmt/format.h>

namespace tritloom {
namespace {

void addRow(std::string& text, const std::vector<std::string>& cells)
{
    for (std::size_t i = 0; i < cells.size(); ++i)
        text.append(i == 0 ? "" : ",").append(csvCell(cells[i]));
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
