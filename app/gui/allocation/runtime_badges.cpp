#include "app/gui/allocation/runtime_badges.h"

#include "app/gui/core_words.h"
#include "app/gui/theme.h"

#include <QFontMetrics>

#include <algorithm>
#include <span>

namespace tritloom {
namespace {

constexpr int problemsShown = 6;

/// "llama.cpp" of "GGUF (llama.cpp)": the runtime where the title names one.
QString runtimeOf(const QString& title)
{
    const qsizetype open = title.indexOf('('), close = title.lastIndexOf(')');
    return open >= 0 && close > open ? title.mid(open + 1, close - open - 1) : title;
}

} // namespace

RuntimeBadges::RuntimeBadges(Workspace& workspace, QWidget* parent)
    : SteadyLabel(parent)
    , m_workspace(workspace)
{
    setObjectName(QStringLiteral("runtimeBadges"));
    connect(&workspace.contract(), &ContractController::changed, this, &RuntimeBadges::refresh);
    refresh();
}

void RuntimeBadges::refresh()
{
    std::vector<Badge> badges;
    QStringList tips, spoken;
    for (const ContractController::Verdict& verdict : m_workspace.contract().verdicts()) {
        if (!verdict.title.contains('('))
            continue; // a kind of file, no runtime
        const bool loads = verdict.problems.isEmpty();
        const QString title = coreWords(verdict.title), runtime = runtimeOf(title);
        badges.push_back(
            {QStringLiteral("%1 %2").arg(loads ? QStringLiteral("✓") : QStringLiteral("✗"), runtime), loads});
        spoken << (loads ? tr("%1 loads it").arg(runtime) : tr("%1 does not load it").arg(runtime));
        if (loads) {
            tips << tr("%1: every tensor's format can be loaded").arg(title).toHtmlEscaped();
            continue;
        }
        QStringList problems;
        for (const QString& problem : verdict.problems.mid(0, problemsShown))
            problems << coreWords(problem);
        if (verdict.problems.size() > problemsShown)
            problems << tr("and %n more", nullptr, int(verdict.problems.size()) - problemsShown);
        tips << QStringLiteral("%1: %2").arg(title, problems.join(QStringLiteral("; "))).toHtmlEscaped();
    }
    if (badges != m_badges) {
        m_badges = std::move(badges);
        updateGeometry();
    }
    showWhatFits();
    setToolTip(
        tips.isEmpty() ? QString() : QStringLiteral("<p>%1</p>").arg(tips.join(QStringLiteral("</p><p>"))));
    setAccessibleName(spoken.join(QStringLiteral(", ")));
}

void RuntimeBadges::showWhatFits()
{
    std::size_t shown = m_badges.size();
    while (shown > 1 && sizeOf(shown).width() > width())
        --shown;
    const ThemeColors colors = themeColors(palette());
    QStringList parts;
    const auto add = [&](const QString& words, bool loads) {
        parts << QStringLiteral("<span style='color:%1'>%2</span>")
                     .arg((loads ? colors.good : colors.bad).name(), words.toHtmlEscaped());
    };
    const std::span all(m_badges);
    for (const Badge& badge : all.first(shown))
        add(badge.words, badge.loads);
    if (const QString rest = restOf(shown); !rest.isEmpty())
        add(rest, std::ranges::all_of(all.subspan(shown), &Badge::loads));
    setText(parts.join(QStringLiteral(" &nbsp; ")));
}

QString RuntimeBadges::restOf(std::size_t shown) const
{
    return shown < m_badges.size() ? QStringLiteral("+%1").arg(m_badges.size() - shown) : QString();
}

QSize RuntimeBadges::sizeOf(std::size_t shown) const
{
    QStringList parts;
    for (std::size_t i = 0; i < shown; ++i)
        parts << m_badges[i].words;
    if (const QString rest = restOf(shown); !rest.isEmpty())
        parts << rest;
    const QFontMetrics metrics(font());
    return QSize(metrics.horizontalAdvance(parts.join(QStringLiteral("   "))), metrics.height())
        .grownBy(contentsMargins());
}

QSize RuntimeBadges::sizeHint() const
{
    return sizeOf(m_badges.size());
}

QSize RuntimeBadges::minimumSizeHint() const
{
    return sizeOf(std::min<std::size_t>(1, m_badges.size()));
}

void RuntimeBadges::resizeEvent(QResizeEvent* event)
{
    SteadyLabel::resizeEvent(event);
    showWhatFits();
}

} // namespace tritloom
