#include "app/gui/evaluation/history_list.h"

#include "app/gui/number_text.h"
#include "app/gui/pictures/picture_words.h"
#include "app/gui/recipes/difference_dialog.h"
#include "app/gui/theme.h"
#include "app/session/choice_step.h"

#include <QMenu>

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
    connect(&stack, &QUndoStack::indexChanged, this, &HistoryList::refresh);
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
        compare->setEnabled(step != m_workspace.document().undoStack().index());
        menu.exec(viewport()->mapToGlobal(place));
    });
    refresh();
}

void HistoryList::compareWithNow(int step)
{
    const QString title = step == 0 ? tr("Opened") : m_workspace.document().undoStack().text(step - 1);
    visitSteps(m_workspace.document(), [&](int at, const Allocation& allocation) {
        if (at == step)
            (new DifferenceDialog(m_workspace, title, allocation, window()))->show();
    });
}

std::optional<HistoryList::Quality> HistoryList::qualityOf(const Allocation& allocation) const
{
    const EvaluationController& evaluation = m_workspace.evaluation();
    const bool isOriginal = allocation == m_workspace.model().original();
    if (m_workspace.model().picture) {
        for (const Evaluation& point : evaluation.measuredPoints()) {
            const PictureEvaluation* const known = evaluation.pictureEvaluation(point.allocation);
            if (known == nullptr || !known->isComplete() || (point.allocation != allocation && !isOriginal))
                continue;
            const Headline headline = isOriginal ? originalHeadline(*known) : headlineOf(*known);
            const bool isItself = isOriginal && !headline.reference; // "equal" to what?
            return Quality{headline.value.value, isItself ? tr("original") : headline.text()};
        }
        return std::nullopt;
    }
    for (const Evaluation& point : evaluation.measuredPoints())
        // Every measurement runs the original beside it.
        if (point.allocation == allocation || isOriginal) {
            const double value = (isOriginal ? point.referencePerplexity : point.perplexity).value;
            return Quality{value, formatPerplexity(value)};
        }
    return std::nullopt;
}

void HistoryList::refresh()
{
    const QUndoStack& stack = m_workspace.document().undoStack();
    const ThemeColors colors = themeColors(palette());
    clear();
    const QString equal = decibelText(std::numeric_limits<double>::infinity());
    std::vector<std::optional<Quality>> qualities(std::size_t(stack.count()) + 1);
    visitSteps(m_workspace.document(), [&](int step, const Allocation& allocation) {
        qualities[std::size_t(step)] = qualityOf(allocation);
    });
    for (int step = stack.count(); step >= 0; --step) {
        const QString title = step == 0 ? tr("Opened") : stack.text(step - 1);
        const auto& here = qualities[std::size_t(step)];
        QString effect = here ? here->text : tr("not measured");
        if (const auto before = step > 0 ? qualities[std::size_t(step) - 1] : std::nullopt; here && before) {
            const double change = here->value - before->value;
            // Not from pictures equal to the original's: what their PSNR is said to be is a convention.
            if (std::isfinite(change) && before->text != equal)
                effect += QStringLiteral(" (%1%2)").arg(
                    change < 0 ? QStringLiteral("−") : QStringLiteral("+"), formatSmall(std::abs(change)));
        }
        auto* const item = new QListWidgetItem(QStringLiteral("%1   %2").arg(effect, title), this);
        item->setData(Qt::UserRole, step);
        item->setToolTip((m_workspace.model().picture
                              ? tr("%1\nMeasured quality, and its change from the step before: %2")
                              : tr("%1\nMeasured perplexity, and its change from the step before: %2"))
                             .arg(title, effect));
        if (step > stack.index())
            item->setForeground(colors.mutedText); // undone
        if (step == stack.index())
            setCurrentItem(item);
    }
}

} // namespace tritloom
