#include "app/gui/analyses/report_view.h"

#include "app/gui/analyses/report_chart.h"
#include "app/gui/core_words.h"
#include "app/gui/plugin_words.h"

#include <QHeaderView>
#include <QTableWidget>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace tritloom {
namespace {

/// Numbers sort as numbers, whatever stands behind them ("12.5 %").
class ReportCell final : public QTableWidgetItem {
public:
    explicit ReportCell(const QString& text)
        : QTableWidgetItem(localNumbers(pluginWords(text)))
    {
        const qsizetype end = text.indexOf(QLatin1Char(' '));
        bool isNumber = false;
        const double value = text.left(end < 0 ? text.size() : end).toDouble(&isNumber);
        if (isNumber) {
            setData(Qt::UserRole, value);
            setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        }
    }
    bool operator<(const QTableWidgetItem& other) const override
    {
        const QVariant mine = data(Qt::UserRole), theirs = other.data(Qt::UserRole);
        return mine.isValid() && theirs.isValid() ? mine.toDouble() < theirs.toDouble()
                                                  : QTableWidgetItem::operator<(other);
    }
};

QWidget* makeTable(const Report::Table& table, QWidget* parent)
{
    auto* const widget = new QTableWidget(int(table.rows.size()), int(table.columns.size()), parent);
    widget->setObjectName(QStringLiteral("reportTable"));
    widget->setAccessibleName(coreWords(table.title));
    widget->setToolTip(coreWords(table.title));
    QStringList header;
    for (const std::string& column : table.columns)
        header << coreWords(column);
    widget->setHorizontalHeaderLabels(header);
    widget->verticalHeader()->hide();
    widget->setShowGrid(false);
    widget->setFrameShape(QFrame::NoFrame);
    widget->setEditTriggers(QAbstractItemView::NoEditTriggers);
    widget->setSelectionBehavior(QAbstractItemView::SelectRows);
    for (std::size_t r = 0; r < table.rows.size(); ++r)
        for (std::size_t c = 0; c < table.rows[r].size() && c < table.columns.size(); ++c)
            widget->setItem(int(r), int(c), new ReportCell(QString::fromStdString(table.rows[r][c])));
    // The first rows say how wide columns are: all of a long table would take too long to ask.
    widget->horizontalHeader()->setResizeContentsPrecision(50);
    widget->resizeColumnsToContents();
    widget->horizontalHeader()->setStretchLastSection(true);
    for (int c = 0; c < widget->columnCount(); ++c)
        if (const QTableWidgetItem* const first = widget->item(0, c);
            first != nullptr && first->data(Qt::UserRole).isValid())
            widget->horizontalHeaderItem(c)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    widget->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder); // as the report has it, until asked
    widget->setSortingEnabled(true);
    return widget;
}

} // namespace

ReportView::ReportView(QWidget* parent)
    : QTabWidget(parent)
{
    setObjectName(QStringLiteral("reportView"));
    setDocumentMode(true);
    setUsesScrollButtons(true);
    setElideMode(Qt::ElideNone);
}

void ReportView::show(const Report& report)
{
    while (count() > 0) {
        QWidget* const old = widget(0);
        removeTab(0);
        delete old;
    }
    auto* const text = new QTextBrowser(this);
    text->setObjectName(QStringLiteral("reportText"));
    text->setAccessibleName(tr("Findings"));
    text->setFrameShape(QFrame::NoFrame);
    QString html = QStringLiteral("<h3>%1</h3>").arg(pluginWords(report.title).toHtmlEscaped());
    for (const std::string& paragraph : report.paragraphs)
        html += QStringLiteral("<p>%1</p>").arg(coreWords(paragraph).toHtmlEscaped());
    text->setHtml(html);
    addTab(text, tr("Findings"));
    for (std::size_t i = 0; i < report.tables.size(); ++i) {
        const QString title = report.tables.size() == 1 ? tr("Table") : tr("Table %1").arg(i + 1);
        setTabToolTip(addTab(makeTable(report.tables[i], this), title), coreWords(report.tables[i].title));
    }
    for (std::size_t i = 0; i < report.charts.size(); ++i) {
        const QString title = report.charts.size() == 1 ? tr("Chart") : tr("Chart %1").arg(i + 1);
        setTabToolTip(
            addTab(new ReportChart(report.charts[i], this), title), coreWords(report.charts[i].title));
    }
}

} // namespace tritloom
