// The table of results and its chart: a part of ComparePage.
#include "app/gui/compare/compare_page.h"

#include "app/gui/core_words.h"
#include "app/gui/number_text.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QHeaderView>
#include <QLocale>
#include <QTableWidget>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// What every row has; then the numbers of the kind of comparison, and the seconds.
enum Column { Format, Method, Size, Bits, FirstNumber };

/// Where a column of the kind stands in the table; beside the first one is its standard error.
int place(std::size_t column)
{
    return FirstNumber + int(column) + (column > 0 ? 1 : 0);
}

/// References are no columns here, and stand last in every kind.
std::size_t shownCount(const ComparisonKind& kind)
{
    return std::size_t(std::ranges::count(kind.columns, false, &ComparisonColumn::isReference));
}

int secondsColumn(const ComparisonKind& kind)
{
    return place(shownCount(kind));
}

QString numberText(const ComparisonColumn& column, double value)
{
    if (std::isnan(value))
        return {};
    return column.decimals < 0 ? formatSmall(value)
                               : QLocale().toString(value * column.factor, 'f', column.decimals);
}

/// Sorts as the number it stands for.
class NumberItem final : public QTableWidgetItem {
public:
    NumberItem(const QString& text, double number)
        : QTableWidgetItem(text)
    {
        setData(Qt::UserRole, number);
        setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    bool operator<(const QTableWidgetItem& other) const override
    {
        return data(Qt::UserRole).toDouble() < other.data(Qt::UserRole).toDouble();
    }
};

} // namespace

void ComparePage::rebuild()
{
    const ComparisonKind& kind = m_comparison.kind();
    QStringList titles{tr("Format"), tr("Method"), tr("Size"), tr("Bits")};
    for (std::size_t c = 0; c < shownCount(kind); ++c) {
        titles << QCoreApplication::translate("Comparison", kind.columns[c].title);
        if (c == 0)
            titles << tr("±");
    }
    titles << tr("Seconds");
    m_table->setSortingEnabled(false);
    m_table->setColumnCount(int(titles.size()));
    m_table->setHorizontalHeaderLabels(titles);
    m_table->horizontalHeaderItem(Size)->setToolTip(tr("All tensors, those that stay as they are too"));
    m_table->horizontalHeaderItem(Bits)->setToolTip(tr("Bits a weight of the layers that are compressed"));
    m_table->setRowCount(int(m_comparison.rows().size()));
    for (std::size_t i = 0; i < m_comparison.rows().size(); ++i) {
        auto* const format = new QTableWidgetItem;
        format->setData(Qt::UserRole, int(i));
        m_table->setItem(int(i), Format, format);
    }
    for (std::size_t i = 0; i < m_comparison.rows().size(); ++i)
        showRow(int(i));
    m_table->setSortingEnabled(true);
    showColumns();
    offerNumbers();
    showChart();
    showState();
}

void ComparePage::showColumns()
{
    const ComparisonKind& kind = m_comparison.kind();
    const std::vector<std::size_t> shown = columnsToShow(kind, m_comparison.rows());
    for (std::size_t c = 0; c < shownCount(kind); ++c)
        m_table->setColumnHidden(place(c), std::ranges::find(shown, c) == shown.end());
}

void ComparePage::offerNumbers()
{
    const ComparisonKind& kind = m_comparison.kind();
    const QSignalBlocker quiet(m_number);
    const int before = m_number->currentIndex();
    m_number->clear();
    for (std::size_t c = 0; c < shownCount(kind); ++c)
        m_number->addItem(QCoreApplication::translate("Comparison", kind.columns[c].title), int(c));
    m_number->addItem(tr("Seconds"), int(kind.columns.size()));
    m_number->setCurrentIndex(std::clamp(before, 0, m_number->count() - 1));
}

void ComparePage::showChart()
{
    m_chart->show(m_comparison.kind(), m_comparison.rows(), std::size_t(m_number->currentData().toInt()));
    // With the choice of another number, also where no row has this one.
    m_chart->parentWidget()->setVisible(std::ranges::any_of(
        m_comparison.rows(), [](const ComparisonRow& row) { return row.isMeasured() && !row.isOriginal(); }));
}

std::vector<int> ComparePage::order() const
{
    std::vector<int> at(m_comparison.rows().size());
    for (int r = 0; r < m_table->rowCount(); ++r)
        if (const QTableWidgetItem* const item = m_table->item(r, Format))
            at[std::size_t(item->data(Qt::UserRole).toInt())] = r;
    return at;
}

void ComparePage::showRow(int index)
{
    const bool sorting = m_table->isSortingEnabled();
    m_table->setSortingEnabled(false);
    const int r = order()[std::size_t(index)];
    const ComparisonRow& row = m_comparison.rows()[std::size_t(index)];
    m_table->item(r, Format)->setText(
        row.isOriginal() ? tr("original")
                         : QString::fromStdString(row.candidate.format)
                + (row.note.empty() ? QString() : QStringLiteral(" *")));
    m_table->setItem(
        r, Method, new QTableWidgetItem(row.isOriginal() ? QString() : QString::fromStdString(row.method)));
    m_table->setItem(r, Size, new NumberItem(formatBytes(row.bytes), double(row.bytes)));
    m_table->setItem(
        r, Bits, new NumberItem(QLocale().toString(row.bitsPerWeight, 'f', 2), row.bitsPerWeight));
    const ComparisonKind& kind = m_comparison.kind();
    const auto number = [&](int column, const QString& text, double value) {
        m_table->setItem(
            r, column, new NumberItem(row.isMeasured() ? text : QString(), row.isMeasured() ? value : 1e300));
    };
    for (std::size_t c = 0; c < shownCount(kind); ++c) {
        const Measured found = row.isMeasured() ? row.numbers[c] : Measured{};
        number(place(c), numberText(kind.columns[c], found.value), found.value);
        if (c == 0)
            number(place(c) + 1, formatSmall(found.standardError), found.standardError);
    }
    number(secondsColumn(kind), QLocale().toString(row.compressSeconds, 'f', 2), row.compressSeconds);
    if (const std::string& said = row.failure.empty() ? row.note : row.failure; !said.empty())
        for (int c = 0; c < m_table->columnCount(); ++c)
            m_table->item(r, c)->setToolTip(coreWords(said));
    if (!row.failure.empty())
        m_table->item(r, FirstNumber)->setText(tr("failed"));
    m_table->setSortingEnabled(sorting);
}

const ComparisonRow* ComparePage::selected() const
{
    const QTableWidgetItem* const item = m_table->item(m_table->currentRow(), Format);
    return item == nullptr ? nullptr : &m_comparison.rows()[std::size_t(item->data(Qt::UserRole).toInt())];
}

} // namespace tritloom
