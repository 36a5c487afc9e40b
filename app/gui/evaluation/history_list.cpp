#include "app/gui/evaluation/history_list.h"

#include "app/gui/number_text.h"
#include "app/gui/pictures/picture_words.h"
#include "app/gui/recipes/difference_dialog.h"
#include "app/gui/theme.h"

#include <QLocale>
#include <QMenu>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tritloom {

HistoryList::HistoryList(Workspace& workspace, QWidget* parent)
    : QListWidget(parent)
    , m_workspace(workspace)
{
    setObjectName(QStringLiteral("history"));
    setAccessibleName(tr("History"));
    setFrameShape(QFrame::NoFrame);
    setUniformItemSizes(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTextElideMode(Qt::ElideRight);
    QUndoStack& stack = workspace.document().undoStack();
    connect(&stack, &QUndoStack::indexChanged, this, [this] {
        remember();
        refresh();
    });
    connect(&workspace.evaluation(), &EvaluationController::finished, this, &HistoryList::refresh);
    connect(this, &QListWidget::itemActivated, this, [this](QListWidgetItem* item) {
        m_workspace.document().undoStack().setIndex(item->data(Qt::UserRole).toInt());
    });
    connect(this, &QListWidget::itemClicked, this, &QListWidget::itemActivated);
    setContextMenuPolicy(Qt::CustomContextMenu);
    connect(this, &QWidget::customContextMenuRequested, this, [this](const QPoint& place) {
        const QListWidgetItem* const item = itemAt(place);
        if (item == nullptr)
            return;
        const int step = item->data(Qt::UserRole).toInt();
        QMenu menu;
        QAction* const compare =
            menu.addAction(tr("Compare with now…"), this, [this, step] { compareWithNow(step); });
        compare->setEnabled(
            step != m_workspace.document().undoStack().index() && m_steps[std::size_t(step)].has_value());
        menu.exec(viewport()->mapToGlobal(place));
    });
    remember();
    refresh();
}

void HistoryList::remember()
{
    const QUndoStack& stack = m_workspace.document().undoStack();
    const auto index = std::size_t(stack.index());
    const Allocation& now = m_workspace.document().allocation();
    m_steps.resize(std::size_t(stack.count()) + 1);
    if (m_steps[index] != now) {
        // Another step than the one that was here: what followed it is gone as well.
        m_steps.resize(index);
        m_steps.resize(std::size_t(stack.count()) + 1);
        m_steps[index] = now;
    }
}

void HistoryList::compareWithNow(int step)
{
    const QString title = step == 0 ? tr("Opened") : m_workspace.document().undoStack().text(step - 1);
    (new DifferenceDialog(m_workspace, title, *m_steps[std::size_t(step)], window()))->show();
}

std::optional<HistoryList::Quality> HistoryList::qualityAt(int step) const
{
    const auto& allocation = m_steps[std::size_t(step)];
    if (!allocation)
        return std::nullopt;
    if (m_workspace.model().picture) {
        const PictureEvaluation* const known = m_workspace.evaluation().pictureEvaluation(*allocation);
        if (known == nullptr || !known->isComplete())
            return std::nullopt;
        const Headline headline = headlineOf(*known);
        return Quality{headline.value.value, headline.text(), headline.unit};
    }
    for (const Evaluation& point : m_workspace.evaluation().measuredPoints())
        if (point.allocation == *allocation)
            return Quality{point.perplexity.value, QLocale().toString(point.perplexity.value, 'f', 3), {}};
    return std::nullopt;
}

void HistoryList::refresh()
{
    const QUndoStack& stack = m_workspace.document().undoStack();
    const ThemeColors colors = themeColors(palette());
    clear();
    const QString equal = decibelText(std::numeric_limits<double>::infinity());
    for (int step = stack.count(); step >= 0; --step) {
        const QString title = step == 0 ? tr("Opened") : stack.text(step - 1);
        const auto here = qualityAt(step);
        QString effect = here ? here->text : tr("not measured");
        if (const auto before = step > 0 ? qualityAt(step - 1) : std::nullopt; here && before) {
            const double change = here->value - before->value;
            // Not from pictures equal to the original's: what their PSNR is said to be is a convention.
            if (std::isfinite(change) && before->text != equal)
                effect = (change < 0 ? QStringLiteral("−") : QStringLiteral("+"))
                    + formatSmall(std::abs(change))
                    + (here->unit.isEmpty() ? QString() : QChar(0x00a0) + here->unit);
        }
        auto* const item = new QListWidgetItem(QStringLiteral("%1   %2").arg(effect, title), this);
        item->setData(Qt::UserRole, step);
        item->setToolTip((m_workspace.model().picture ? tr("%1\nMeasured change of quality: %2")
                                                      : tr("%1\nMeasured change of perplexity: %2"))
                             .arg(title, effect));
        if (step > stack.index())
            item->setForeground(colors.mutedText); // undone
        if (step == stack.index())
            setCurrentItem(item);
    }
}

} // namespace tritloom
