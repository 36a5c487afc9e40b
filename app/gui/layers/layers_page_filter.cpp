// What is typed into the filter: a part of LayersPage.
#include "app/gui/core_words.h"
#include "app/gui/layers/layers_page.h"
#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/invalid_field.h"

#include <QLabel>
#include <QLineEdit>
#include <QTreeView>

#include <utility>

namespace tritloom {

std::vector<int> LayersPage::unfolded() const
{
    std::vector<int> blocks;
    for (int row = 0; row < m_model.rowCount(); ++row)
        if (m_view->isExpanded(m_proxy.mapFromSource(m_model.index(row, 0))))
            blocks.push_back(row);
    return blocks;
}

void LayersPage::applyFilter()
{
    auto filter = LayerFilter::parse(m_filter->text());
    m_filterError->setVisible(!filter);
    markInvalid(*m_filter, !filter);
    if (!filter) {
        QPalette palette = m_filterError->palette();
        palette.setColor(QPalette::WindowText, themeColors(palette).bad);
        m_filterError->setPalette(palette);
        m_filterError->setText(coreWords(filter.error().message));
        return; // the last filter that meant something stays
    }
    const bool filtering = !filter->isEmpty();
    if (filtering && m_proxy.filter().isEmpty())
        m_unfolded = unfolded(); // blocks that a filter hides forget it
    m_proxy.setFilter(std::move(*filter));
    if (!filtering)
        for (const int block : std::exchange(m_unfolded, {}))
            m_view->expand(m_proxy.mapFromSource(m_model.index(block, 0)));
    int shown = 0;
    for (int row = 0; row < m_proxy.rowCount(); ++row) {
        const QModelIndex top = m_proxy.index(row, 0);
        shown += top.data(LayerModel::LayerRole).toInt() >= 0 ? 1 : m_proxy.rowCount(top);
    }
    if (filtering && shown <= 2000)
        m_view->expandAll();
    if (shown == 0 && filtering) {
        tint(m_filterError, themeColors(palette()).mutedText);
        m_filterError->setText(tr("No layer matches."));
        m_filterError->show();
    }
    const auto all = int(m_model.rows().size());
    const QString parameters = formatCount(m_workspace.model().parameters());
    m_count->setText(
        shown == all ? tr("%n layer(s), %1 parameters", nullptr, all).arg(parameters)
                     : tr("%1 of %n layer(s)", nullptr, all).arg(shown));
}

} // namespace tritloom
