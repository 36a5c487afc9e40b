#include "app/gui/evaluation/memory_card.h"

#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/gently.h"
#include "app/gui/widgets/segment_bars.h"
#include "app/gui/widgets/size_field.h"
#include "app/gui/widgets/steady_label.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLocale>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace tritloom {

MemoryCard::MemoryCard(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_memory(new SteadyLabel(this))
    , m_legend(new SteadyLabel(this))
    , m_context(new QComboBox(this))
    , m_target(new SizeField(this))
    , m_bars(new SegmentBars(this))
{
    auto* const card = new Card({}, this);
    card->setObjectName(QStringLiteral("memoryCard"));
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(card);
    m_context->setObjectName(QStringLiteral("contextLength"));
    m_context->setAccessibleName(tr("Context length"));
    for (const int context : {512, 1024, 2048, 4096, 8192, 16384, 32768, 131072})
        m_context->addItem(QLocale().toString(context), context);
    m_target->setObjectName(QStringLiteral("memoryTarget"));
    m_target->setAccessibleName(tr("Memory it should fit"));
    m_target->setMinimum(1024);
    m_target->setToolTip(
        tr("The memory of the device, e.g. 8 GB; 8 GiB, which is 8.59 GB, may be typed too"));
    m_target->setMinimumWidth(96);
    m_context->setMinimumContentsLength(7);
    m_context->setToolTip(tr("Tokens that the key-value cache holds"));
    m_bars->setAccessibleName(tr("Memory of the original and of the allocation"));
    m_legend->setForegroundRole(QPalette::PlaceholderText);
    m_legend->setWordWrap(true);
    auto* const settings = new QHBoxLayout;
    auto* const contextName = makeMutedLabel(tr("context"), this);
    settings->addWidget(contextName);
    settings->addWidget(m_context, 1);
    contextName->setVisible(!workspace.model().picture);
    m_context->setVisible(!workspace.model().picture);
    settings->addWidget(makeMutedLabel(tr("target"), this));
    settings->addWidget(m_target, 1);
    card->column()->addWidget(m_memory);
    card->column()->addLayout(settings);
    card->column()->addWidget(m_bars);
    card->column()->addWidget(m_legend);
    connect(m_context, &QComboBox::activated, this, [this] {
        Goal goal = m_workspace.goal();
        goal.contextLength = m_context->currentData().toULongLong();
        m_workspace.setGoal(goal);
    });
    connect(m_target, &QDoubleSpinBox::editingFinished, this, [this] {
        Goal goal = m_workspace.goal();
        const auto bytes = std::uint64_t(m_target->value());
        if (std::exchange(goal.memoryBytes, bytes) != bytes)
            m_workspace.setGoal(goal);
    });
    connect(&workspace, &Workspace::goalChanged, this, &MemoryCard::refresh);
    connect(
        &workspace.document(), &AllocationDocument::changed, this,
        gently(
            this, [this] { return m_workspace.document().inGesture(); }, [this] { refresh(); }));
    refresh();
}

void MemoryCard::showOriginal(bool original)
{
    m_original = original;
    refresh();
}

void MemoryCard::refresh()
{
    const ThemeColors colors = themeColors(palette());
    const Goal& goal = m_workspace.goal();
    const Estimate original = m_workspace.estimate(m_workspace.model().original());
    const Estimate now = m_original ? original : m_workspace.estimate(m_workspace.document().allocation());
    if (const int at = m_context->findData(qulonglong(goal.contextLength)); at >= 0)
        m_context->setCurrentIndex(at);
    if (!m_target->hasFocus())
        m_target->setValue(double(goal.memoryBytes));
    const QColor weights = colors.bits(8), cache = colors.bits(5), space = colors.mutedText;
    const auto bar = [&](const QString& title, const Estimate& estimate) {
        return SegmentBars::Bar{
            title,
            formatBytes(estimate.memoryBytes()),
            {{double(estimate.bytes), weights},
             {double(estimate.keyValueBytes), cache},
             {double(estimate.workspaceBytes), space}}};
    };
    m_bars->setBars({bar(tr("Original"), original), bar(tr("Now"), now)});
    m_bars->setLimit(double(now.targetBytes), tr("%1 target").arg(formatBytes(now.targetBytes)), !now.fits());
    const double ratio = double(original.memoryBytes()) / std::max(1.0, double(now.memoryBytes()));
    m_memory->setText(
        QStringLiteral(
            "<span style='color:%1'>%2</span> <b>%3</b>&nbsp;&nbsp;<span style='color:%4'>%5</span>")
            .arg(
                colors.mutedText.name(), tr("Memory"), formatBytes(now.memoryBytes()),
                (now.fits() ? colors.good : colors.bad).name(),
                !now.fits()         ? tr("does not fit")
                    : ratio > 1.005 ? tr("%1 × less").arg(QLocale().toString(ratio, 'f', 1))
                                    : tr("fits")));
    const auto swatch = [](const QColor& color, const QString& text) {
        // The square stays on the line of its words.
        return QStringLiteral("<span style='color:%1'>■</span>&nbsp;%2")
            .arg(color.name(), QString(text).replace(QLatin1Char(' '), QStringLiteral("&nbsp;")));
    };
    QStringList legend{swatch(weights, tr("weights, exact"))};
    if (!m_workspace.model().picture)
        legend << swatch(cache, tr("16-bit cache"));
    legend << swatch(space, tr("workspace, estimate"));
    m_legend->setText(legend.join(QStringLiteral("&nbsp; ")));
}

} // namespace tritloom
