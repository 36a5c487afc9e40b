#include "app/session/comparison.h"
#include "app/session/size_unit.h"
#include "app/session/text_file.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace tritloom {
namespace {

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text)
        switch (c) {
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '&':
            result += "&amp;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    return result;
}

constexpr const char* colours[] = {"#2f6fed", "#d9480f", "#2b8a3e", "#862e9c",
                                   "#0b7285", "#c92a2a", "#5c940d", "#495057"};

/// Points of size against one positive number, both axes logarithmic, a colour and a shape a method.
class ScatterPlot {
public:
    using Value = std::function<double(const ComparisonRow&)>;

    ScatterPlot(std::string title, bool isShare, Value value)
        : m_title(std::move(title))
        , m_isShare(isShare)
        , m_value(std::move(value))
    {
    }

    std::string svg(const std::vector<ComparisonRow>& rows)
    {
        std::map<std::string, std::vector<const ComparisonRow*>> series;
        for (const ComparisonRow& row : rows) {
            if (!row.isMeasured() || !(m_value(row) > 0) || std::isinf(m_value(row)))
                continue;
            series[row.method].push_back(&row);
            m_left = std::min(m_left, std::log10(double(row.bytes)));
            m_right = std::max(m_right, std::log10(double(row.bytes)));
            m_low = std::min(m_low, std::log10(m_value(row)));
            m_high = std::max(m_high, std::log10(m_value(row)));
        }
        if (series.empty())
            return {};
        const double margin = std::max(0.02, 0.05 * (m_right - m_left)),
                     room = std::max(0.05, 0.08 * (m_high - m_low));
        m_unit = sizeUnitOf(std::uint64_t(std::pow(10, m_right)));
        m_left -= margin;
        m_right += margin;
        m_low -= room;
        m_high = m_isShare ? std::min(2.0, m_high + room) : m_high + room; // of percents there are a hundred
        std::size_t longest = 0;
        for (const auto& [name, points] : series)
            longest = std::max(longest, name.size());
        const int nameWidth = std::clamp(int(longest) * 8 + 26, 160, width - left),
                  across = (width - left) / nameWidth;
        std::string body = fmt::format(
            "<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
            escaped(m_title), width, height + 24 * ((int(series.size()) + across - 1) / across),
            escaped(m_title));
        body += axes();
        int index = 0;
        for (const auto& [name, points] : series) {
            const char* const colour = colours[std::size_t(index) % std::size(colours)];
            for (const ComparisonRow* const row : points)
                body += fmt::format(
                    "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"><title>{} {}: {:.3f} bits, "
                    "{:.4g}</title></circle>",
                    x(std::log10(double(row->bytes))), y(std::log10(m_value(*row))), colour,
                    escaped(row->candidate.format), escaped(name), row->bitsPerWeight, m_value(*row));
            const int column = index % across, line = index / across;
            body += fmt::format(
                "<circle cx=\"{}\" cy=\"{}\" r=\"5\" fill=\"{}\"/><text x=\"{}\" y=\"{}\">{}</text>",
                left + column * nameWidth, height + 14 + 24 * line, colour, left + column * nameWidth + 10,
                height + 18 + 24 * line, escaped(name));
            ++index;
        }
        return body + "</svg></figure>\n";
    }

private:
    static constexpr int width = 720, height = 360, left = 70, bottom = 40;
    double x(double value) const
    {
        return left + (value - m_left) / (m_right - m_left) * (width - left - 20);
    }
    double y(double value) const
    {
        return height - bottom - (value - m_low) / (m_high - m_low) * (height - bottom - 16);
    }

    std::string axes() const
    {
        std::string lines;
        for (int i = 0; i <= 4; ++i) {
            const double at = m_left + (m_right - m_left) * i / 4, up = m_low + (m_high - m_low) * i / 4;
            lines += fmt::format(
                "<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:.3g}</text>", x(at),
                height - bottom + 20, std::pow(10, at) / m_unit.bytes);
            lines += fmt::format(
                "<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" class=\"grid\"/><text x=\"{}\" "
                "y=\"{:.1f}\" "
                "text-anchor=\"end\">{:.3g}</text>",
                left, width - 20, y(up), y(up), left - 8, y(up) + 4, std::pow(10, up));
        }
        return lines
            + fmt::format(
                   "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">file size, {}</text>", (left + width) / 2,
                   height - 4, m_unit.name);
    }

    std::string m_title;
    bool m_isShare; ///< in percent
    Value m_value;
    SizeUnit m_unit; ///< of the axis: that of the largest
    double m_left = 1e9, m_right = -1e9, m_low = 1e9, m_high = -1e9;
};

} // namespace

std::vector<std::size_t> columnsToShow(const ComparisonKind& kind, const std::vector<ComparisonRow>& rows)
{
    std::vector<std::size_t> shown;
    for (std::size_t c = 0; c < kind.columns.size(); ++c) {
        const auto measured = [&](const ComparisonRow& row) {
            return row.isMeasured() && !std::isnan(row.numbers[c].value);
        };
        const bool nothingYet = std::ranges::none_of(rows, &ComparisonRow::isMeasured);
        if (!kind.columns[c].isReference && (nothingYet || std::ranges::any_of(rows, measured)))
            shown.push_back(c);
    }
    return shown;
}

std::string textOf(const ComparisonColumn& column, double value)
{
    if (std::isnan(value))
        return {};
    const double shown = value * column.factor;
    // What has collapsed has too many digits.
    return column.decimals < 0 || std::fabs(shown) >= 1e6 ? fmt::format("{:.4g}", shown)
                                                          : fmt::format("{:.{}f}", shown, column.decimals);
}

namespace {

std::string csvNumber(double number)
{
    return std::isnan(number) ? std::string() : fmt::format("{:.8g}", number);
}

} // namespace

std::string comparisonCsv(const ComparisonKind& kind, const std::vector<ComparisonRow>& rows)
{
    std::string text = "format,method,bytes,bitsPerWeight,";
    for (const ComparisonColumn& column : kind.columns)
        text += fmt::format("{},{}StandardError,", column.key, column.key);
    text += fmt::format("{},compressSeconds,evaluateSeconds,failure,note\n", kind.samples);
    for (const ComparisonRow& row : rows) {
        text += fmt::format(
            "{},{},{},{:.6g},", csvCell(row.candidate.format), csvCell(row.method), row.bytes,
            row.bitsPerWeight);
        for (std::size_t c = 0; c < kind.columns.size(); ++c)
            text += (row.isMeasured() ? csvNumber(row.numbers[c].value) : "") + ','
                + (row.isMeasured() ? csvNumber(row.numbers[c].standardError) : "") + ',';
        text += row.isMeasured()
            ? fmt::format("{},{:.4g},{:.4g},", row.samples, row.compressSeconds, row.evaluateSeconds)
            : fmt::format(",,,{}", csvCell(row.failure));
        text += fmt::format(",{}\n", csvCell(row.note));
    }
    return text;
}

namespace {

/// What was measured, and what the model itself does.
std::string introduction(const ComparisonKind& kind, const std::vector<ComparisonRow>& rows)
{
    const auto done = std::ranges::find_if(rows, &ComparisonRow::isMeasured);
    if (done == rows.end())
        return {};
    const bool hasBudgets =
        std::ranges::any_of(rows, [](const ComparisonRow& row) { return row.budgetBytes > 0; });
    std::string text = fmt::format(
        "<p>Every layer as one format by one method{}, measured on {} {}. Bits count scales, masks and "
        "indices; ± is a standard error.",
        hasBudgets ? ", or under a budget as a measured sweep chooses" : "", done->samples, kind.samples);
    std::string itself;
    for (std::size_t c = 0; c < kind.columns.size(); ++c)
        if (kind.columns[c].isReference && !std::isnan(done->numbers[c].value))
            itself += fmt::format(
                "{}{} {}", itself.empty() ? "" : ", ", kind.columns[c].title,
                textOf(kind.columns[c], done->numbers[c].value));
    if (!itself.empty())
        text += " The model itself: " + itself + ".";
    return text + "</p>\n";
}

std::string tableOf(const ComparisonKind& kind, const std::vector<ComparisonRow>& rows)
{
    const std::vector<std::size_t> shown = columnsToShow(kind, rows);
    std::string table = "<table><thead><tr><th>format</th><th>method</th><th>size</th><th>bits</th>";
    for (const std::size_t c : shown)
        table += fmt::format("<th>{}</th>{}", kind.columns[c].title, c == 0 ? "<th>&plusmn;</th>" : "");
    table += "<th>seconds</th></tr></thead><tbody>\n";
    for (const ComparisonRow& row : rows) {
        const SizeUnit unit = sizeUnitOf(row.bytes);
        table += fmt::format(
            "<tr><td>{}{}</td><td>{}</td><td>{:.2f} {}</td><td>{:.3f}</td>", escaped(row.candidate.format),
            row.note.empty() ? "" : "<br><small>" + escaped(row.note) + "</small>", escaped(row.method),
            double(row.bytes) / unit.bytes, unit.name, row.bitsPerWeight);
        if (!row.isMeasured()) {
            table += fmt::format(
                "<td colspan=\"{}\">{}</td></tr>\n", shown.size() + 2,
                row.isDone ? escaped(row.failure) : std::string("not measured"));
            continue;
        }
        for (const std::size_t c : shown) {
            table += "<td>" + textOf(kind.columns[c], row.numbers[c].value) + "</td>";
            if (c == 0)
                table += fmt::format("<td>{:.2g}</td>", row.numbers[c].standardError);
        }
        table += fmt::format("<td>{:.2f}</td></tr>\n", row.compressSeconds);
    }
    return table + "</tbody></table>\n";
}

} // namespace

std::string
comparisonHtml(const std::string& model, const ComparisonKind& kind, const std::vector<ComparisonRow>& rows)
{
    std::string page =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Comparison of "
        + escaped(model)
        + "</title>\n<style>body{font:15px system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
          "1rem;"
          "color-scheme:light dark}table{border-collapse:collapse;width:100%}th,td{padding:.3rem "
          ".6rem;text-align:right;"
          "border-bottom:1px solid "
          "#8884}th:nth-child(-n+2),td:nth-child(-n+2){text-align:left}svg{width:100%}"
          "svg text{font-size:12px;fill:currentColor}.grid{stroke:#8884}figure{margin:1.5rem "
          "0}figcaption{font-weight:600}"
          "</style></head><body>\n<h1>"
        + escaped(model) + "</h1>\n" + introduction(kind, rows);
    for (const std::size_t c : columnsToShow(kind, rows))
        page += ScatterPlot(
                    kind.columns[c].title + std::string(" by size"), kind.columns[c].factor == 100,
                    [c, factor = kind.columns[c].factor](const ComparisonRow& row) {
                        return factor * row.numbers[c].value;
                    })
                    .svg(rows);
    page += ScatterPlot("Seconds to compress by size", false, [](const ComparisonRow& row) {
                return row.compressSeconds;
            }).svg(rows);
    return page + tableOf(kind, rows) + "</body></html>\n";
}

} // namespace tritloom
