#include "app/gui/layers/layer_proxy.h"

#include <algorithm>
#include <iterator>

namespace tritloom {
namespace {

LayerFacts factsOf(const LayerRow& row)
{
    LayerFacts facts;
    facts.name = row.name;
    facts.role = row.role;
    facts.format = row.format;
    facts.storedFormat = row.storedFormat;
    facts.bits = row.bits;
    facts.bytes = row.bytes;
    facts.parameters = row.parameters;
    facts.rows = row.rows;
    facts.columns = row.columns;
    facts.sensitivity = row.sensitivity;
    facts.error = row.error;
    if (row.block >= 0)
        facts.block = row.block;
    facts.pinned = row.pinned;
    return facts;
}

} // namespace

LayerProxy::LayerProxy(LayerModel& model, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_model(model)
{
    setSourceModel(&model);
    setRecursiveFilteringEnabled(true);
    // Numbers change with every drag; rows that jump away under the hand would be worse than a stale order.
    setDynamicSortFilter(false);
}

void LayerProxy::setFilter(LayerFilter filter)
{
    m_filter = std::move(filter);
    std::vector<LayerFacts> all;
    std::ranges::transform(m_model.rows(), std::back_inserter(all), factsOf);
    m_filter.rankAmong(all);
    invalidateFilter();
}

bool LayerProxy::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    if (m_filter.isEmpty())
        return true;
    const int layer = m_model.layerOf(m_model.index(row, 0, parent));
    return layer >= 0 && m_filter.matches(factsOf(m_model.rows()[std::size_t(layer)]));
}

bool LayerProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const int a = m_model.layerOf(left), b = m_model.layerOf(right);
    if (a < 0 || b < 0 || left.column() == LayerModel::Name)
        return left.row() < right.row(); // blocks, and names, stay in model order
    const LayerRow &x = m_model.rows()[std::size_t(a)], &y = m_model.rows()[std::size_t(b)];
    const auto known = [](const std::optional<double>& value) { return value.value_or(-1); };
    switch (left.column()) {
    case LayerModel::Bits:
        return x.bits < y.bits;
    case LayerModel::Size:
        return x.bytes < y.bytes;
    case LayerModel::Sensitivity:
        return known(x.sensitivity) < known(y.sensitivity);
    case LayerModel::Error:
        return known(x.error) < known(y.error);
    case LayerModel::Format:
        return x.format < y.format;
    case LayerModel::Stored:
        return x.storedFormat < y.storedFormat;
    default:
        return x.parameters < y.parameters;
    }
}

} // namespace tritloom
