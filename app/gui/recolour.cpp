#include "app/gui/recolour.h"

#include "app/gui/theme.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QHash>
#include <QLabel>
#include <QListWidget>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTableWidget>
#include <QTextBrowser>
#include <QTreeWidget>

namespace tritloom {
namespace {

using Colors = QHash<QRgb, QColor>;

/// Every colour that a page can have written down, and what it is in the other theme.
Colors colorsOf(const QPalette& before, const QPalette& after)
{
    const ThemeColors a = themeColors(before), b = themeColors(after);
    Colors colors;
    for (const auto& [was, is] :
         {std::pair(a.panel, b.panel),
          {a.line, b.line},
          {a.mutedText, b.mutedText},
          {a.accent, b.accent},
          {a.good, b.good},
          {a.warning, b.warning},
          {a.bad, b.bad},
          {a.grid, b.grid}})
        colors.insert(was.rgb(), is);
    for (const auto role : {QPalette::WindowText, QPalette::Link, QPalette::PlaceholderText})
        if (const QRgb was = before.color(role).rgb(); !colors.contains(was))
            colors.insert(was, after.color(role));
    return colors;
}

QString recoloured(const QString& html, const Colors& colors)
{
    static const QRegularExpression name(QStringLiteral("#[0-9a-fA-F]{6}\\b"));
    QString text;
    qsizetype done = 0;
    for (auto matches = name.globalMatch(html); matches.hasNext();) {
        const auto match = matches.next();
        const auto found = colors.constFind(QColor(match.captured()).rgb());
        text += html.mid(done, match.capturedStart() - done);
        text += found == colors.constEnd() ? match.captured() : found->name();
        done = match.capturedEnd();
    }
    return text + html.mid(done);
}

void recolour(QLabel& label, const Colors& colors)
{
    if (label.textFormat() != Qt::PlainText && Qt::mightBeRichText(label.text()))
        if (const QString text = recoloured(label.text(), colors); text != label.text())
            label.setText(text);
}

void recolour(QTextBrowser& browser, const Colors& colors)
{
    const QString before = browser.toHtml(), after = recoloured(before, colors);
    if (after == before)
        return;
    const int place = browser.verticalScrollBar()->value();
    browser.setHtml(after);
    browser.verticalScrollBar()->setValue(place);
}

void recolour(QAbstractItemModel& model, const QModelIndex& parent, const Colors& colors)
{
    for (int row = 0; row < model.rowCount(parent); ++row)
        for (int column = 0; column < model.columnCount(parent); ++column) {
            const QModelIndex index = model.index(row, column, parent);
            const QVariant brush = index.data(Qt::ForegroundRole);
            if (brush.isValid())
                if (const auto found = colors.constFind(brush.value<QBrush>().color().rgb());
                    found != colors.constEnd())
                    model.setData(index, QBrush(*found), Qt::ForegroundRole);
            if (column == 0)
                recolour(model, index, colors);
        }
}

} // namespace

TintedLabels tintedLabels()
{
    TintedLabels tinted;
    for (QWidget* const widget : QApplication::allWidgets())
        if (auto* const label = qobject_cast<QLabel*>(widget);
            label != nullptr && label->palette().isBrushSet(QPalette::Active, QPalette::WindowText))
            tinted.emplace_back(label, label->palette().color(QPalette::WindowText));
    return tinted;
}

void recolourWidgets(const TintedLabels& tinted, const QPalette& before, const QPalette& after)
{
    const Colors colors = colorsOf(before, after);
    for (const auto& [label, color] : tinted) {
        QPalette palette = label->palette();
        palette.setColor(QPalette::WindowText, colors.value(color.rgb(), color));
        label->setPalette(palette);
    }
    if (before.color(QPalette::Window) == after.color(QPalette::Window))
        return;
    for (QWidget* const widget : QApplication::allWidgets())
        if (auto* const label = qobject_cast<QLabel*>(widget))
            recolour(*label, colors);
        else if (auto* const browser = qobject_cast<QTextBrowser*>(widget))
            recolour(*browser, colors);
        else if (auto* const view = qobject_cast<QAbstractItemView*>(widget);
                 qobject_cast<QListWidget*>(widget) != nullptr
                 || qobject_cast<QTreeWidget*>(widget) != nullptr
                 || qobject_cast<QTableWidget*>(widget) != nullptr)
            recolour(*view->model(), {}, colors);
}

} // namespace tritloom
