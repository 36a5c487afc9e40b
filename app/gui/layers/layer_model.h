#pragma once

#include "core/architecture/model.h"

#include <QAbstractItemModel>

#include <functional>
#include <optional>
#include <vector>

namespace tritloom {

/// What the table shows of one layer. A value.
struct LayerRow {
    QString name, nameInBlock, role, shape, format, storedFormat;
    QString method; ///< with its values, "gptq dampening=2"; empty: as stored
    int block = -1; ///< -1: outside the blocks
    double parameters = 0, rows = 0, columns = 0;
    double bits = 0, bytes = 0;
    std::optional<double> error, sensitivity; ///< absent: not measured
    bool pinned = false;
};

/// Layers as a tree: a node a block, layers without a block beside the nodes; or flat. Thin: rows are given
/// to it. Made for 100,000 rows. GUI thread only.
class LayerModel final : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Column { Name, Bits, Size, Sensitivity, Format, Error, Stored, Shape, ParameterCount, ColumnCount };
    enum Role {
        ValueRole = Qt::UserRole + 1, ///< the number behind the text, invalid when not measured
        ShareRole, ///< 0 to 1 of the largest in the column, for bars
        LayerRole, ///< index of the layer, -1 for blocks
    };

    explicit LayerModel(QObject* parent = nullptr);

    void setRows(std::vector<LayerRow> rows);
    /// New numbers of known layers, which `change` writes into their rows; names and order stay.
    void updateRows(const std::vector<int>& layers, const std::function<void(int layer, LayerRow&)>& change);
    void setGrouped(bool grouped);
    [[nodiscard]] const std::vector<LayerRow>& rows() const { return m_rows; }
    [[nodiscard]] QModelIndex indexOf(int layer, int column = Name) const;
    [[nodiscard]] int layerOf(const QModelIndex& index) const; ///< -1 for a block
    /// All layers under a block; the layer itself otherwise.
    [[nodiscard]] std::vector<int> layersUnder(const QModelIndex& index) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

signals:
    void stopChosen(int layer, int stop); ///< the editor's choice; the document decides what becomes of it

private:
    struct Node {
        int layer = -1; ///< of a leaf
        int block = -1; ///< of a group
        std::vector<int> children; ///< layers
    };
    void arrange();
    [[nodiscard]] QVariant textOf(const LayerRow& row, int column, bool inBlock) const;
    [[nodiscard]] QVariant blockText(const Node& node, int column) const;
    [[nodiscard]] static QVariant numberOf(const LayerRow& row, int column);

    std::vector<LayerRow> m_rows;
    std::vector<Node> m_top;
    std::vector<std::pair<int, int>> m_place; ///< by layer: top node, row within (-1: the node itself)
    double m_largestBytes = 1, m_largestSensitivity = 0;
    bool m_grouped = true;
};

} // namespace tritloom
