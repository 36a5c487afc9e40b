#include "app/gui/allocation/runtime_badges.h"

#include "app/gui/core_words.h"
#include "app/gui/theme.h"

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
    const ThemeColors colors = themeColors(palette());
    QStringList badges, tips, spoken;
    for (const ContractController::Verdict& verdict : m_workspace.contract().verdicts()) {
        if (!verdict.title.contains('('))
            continue; // a kind of file, no runtime
        const bool loads = verdict.problems.isEmpty();
        const QString title = coreWords(verdict.title), runtime = runtimeOf(title);
        badges << QStringLiteral("<span style='color:%1'>%2 %3</span>")
                      .arg(
                          (loads ? colors.good : colors.bad).name(),
                          loads ? QStringLiteral("✓") : QStringLiteral("✗"), runtime.toHtmlEscaped());
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
    setText(badges.join(QStringLiteral(" &nbsp; ")));
    setToolTip(
        tips.isEmpty() ? QString() : QStringLiteral("<p>%1</p>").arg(tips.join(QStringLiteral("</p><p>"))));
    setAccessibleName(spoken.join(QStringLiteral(", ")));
}

} // namespace tritloom
