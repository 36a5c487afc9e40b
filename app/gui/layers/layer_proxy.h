#pragma once

#include "app/gui/layers/layer_filter.h"
#include "app/gui/layers/layer_model.h"

#include <QSortFilterProxyModel>

namespace tritloom {

/// Sorts and filters a LayerModel by its numbers, without a detour over texts. GUI thread only.
class LayerProxy final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit LayerProxy(LayerModel& model, QObject* parent = nullptr);
    void setFilter(LayerFilter filter);
    [[nodiscard]] const LayerFilter& filter() const { return m_filter; }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    LayerModel& m_model;
    LayerFilter m_filter;
};

} // namespace tritloom
