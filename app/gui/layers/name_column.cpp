#include "app/gui/layers/name_column.h"

#include "app/gui/layers/layer_model.h"

#include <QEvent>
#include <QHeaderView>
#include <QTreeView>

#include <algorithm>

namespace tritloom {
namespace {

constexpr int least = 98, most = 130, margin = 10; ///< most: that others make room for
constexpr std::size_t looked = 400;

} // namespace

NameColumn::NameColumn(QTreeView& view, const LayerModel& model)
    : QObject(&view)
    , m_view(view)
    , m_model(model)
{
    view.viewport()->installEventFilter(this);
    connect(view.header(), &QHeaderView::sectionResized, this, [this](int section) {
        m_byHand = m_byHand || (section == LayerModel::Name && !m_fitting);
    });
    connect(&model, &QAbstractItemModel::modelReset, this, &NameColumn::fit);
}

int NameColumn::longest() const
{
    const QFontMetrics metrics = m_view.fontMetrics();
    int widest = 0;
    const std::size_t count = std::min(m_model.rows().size(), looked);
    for (std::size_t i = 0; i < count; ++i) {
        const LayerRow& row = m_model.rows()[i];
        const bool inBlock = m_model.indexOf(int(i)).parent().isValid();
        widest = std::max(
            widest,
            metrics.horizontalAdvance(inBlock ? row.nameInBlock : row.name)
                + m_view.indentation() * (int(inBlock) + int(m_view.rootIsDecorated())));
    }
    return widest + margin;
}

int NameColumn::wanted() const
{
    return std::clamp(longest(), least, most);
}

void NameColumn::fit()
{
    if (m_byHand || m_model.rows().empty())
        return;
    m_fitting = true;
    const QHeaderView& header = *m_view.header();
    int others = 0;
    for (const int section : {LayerModel::Bits, LayerModel::Size, LayerModel::Sensitivity})
        others += header.sectionSize(section);
    const int room = std::max(least, m_view.viewport()->width() - others);
    int width = std::clamp(longest(), least, room);
    // Of what is left as many columns as fit are seen whole; the strip of one more is the names'.
    int left = room - width;
    for (int at = 0; at < header.count(); ++at) {
        const int section = header.logicalIndex(at);
        if (section <= LayerModel::Sensitivity || header.isSectionHidden(section))
            continue;
        if (header.sectionSize(section) > left) {
            width += left;
            break;
        }
        left -= header.sectionSize(section);
    }
    m_view.header()->resizeSection(LayerModel::Name, width);
    m_fitting = false;
}

bool NameColumn::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize)
        fit();
    return QObject::eventFilter(watched, event);
}

} // namespace tritloom
