#include "app/gui/layers/layer_model.h"

#include "app/gui/number_text.h"

#include <algorithm>

namespace tritloom {
namespace {

/// Numbers that are compared down a column stand at its right.
int alignmentOf(int column)
{
    const bool right = column == LayerModel::ParameterCount || column == LayerModel::Error;
    return int(right ? Qt::AlignRight : Qt::AlignLeft) | int(Qt::AlignVCenter);
}

/// Children carry the number of their block's node, top rows carry this.
constexpr quintptr topLevel = ~quintptr(0);

} // namespace

LayerModel::LayerModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

void LayerModel::setRows(std::vector<LayerRow> rows)
{
    beginResetModel();
    m_rows = std::move(rows);
    arrange();
    endResetModel();
}

void LayerModel::setGrouped(bool grouped)
{
    if (grouped == m_grouped)
        return;
    beginResetModel();
    m_grouped = grouped;
    arrange();
    endResetModel();
}

void LayerModel::arrange()
{
    m_top.clear();
    m_place.assign(m_rows.size(), {});
    m_largestBytes = 1;
    m_largestSensitivity = 0;
    std::vector<int> nodeOfBlock;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const LayerRow& row = m_rows[i];
        m_largestBytes = std::max(m_largestBytes, row.bytes);
        m_largestSensitivity = std::max(m_largestSensitivity, row.sensitivity.value_or(0));
        if (row.block < 0 || !m_grouped) {
            m_place[i] = {int(m_top.size()), -1};
            m_top.push_back({int(i), -1, {}});
            continue;
        }
        if (std::size_t(row.block) >= nodeOfBlock.size())
            nodeOfBlock.resize(std::size_t(row.block) + 1, -1);
        int& node = nodeOfBlock[std::size_t(row.block)];
        if (node < 0) {
            node = int(m_top.size());
            m_top.push_back({-1, row.block, {}});
        }
        auto& children = m_top[std::size_t(node)].children;
        m_place[i] = {node, int(children.size())};
        children.push_back(int(i));
    }
}

void LayerModel::updateRows(
    const std::vector<int>& layers, const std::function<void(int layer, LayerRow&)>& change)
{
    const double largestBytes = m_largestBytes, largestSensitivity = m_largestSensitivity;
    bool otherSensitivity = false;
    for (const int layer : layers) {
        LayerRow& row = m_rows[std::size_t(layer)];
        const auto before = row.sensitivity;
        change(layer, row);
        otherSensitivity = otherSensitivity || row.sensitivity != before;
        m_largestBytes = std::max(m_largestBytes, row.bytes);
    }
    // Of another method or other pictures all may be smaller than what was the largest.
    if (otherSensitivity) {
        m_largestSensitivity = 0;
        for (const LayerRow& row : m_rows)
            m_largestSensitivity = std::max(m_largestSensitivity, row.sensitivity.value_or(0));
    }
    // Bars are shares of the largest: a new largest changes them all. Many single signals cost more than one
    // wide one.
    if (largestBytes != m_largestBytes || largestSensitivity != m_largestSensitivity || layers.size() > 64) {
        if (m_top.empty())
            return;
        emit dataChanged(index(0, 0), index(int(m_top.size()) - 1, ColumnCount - 1));
        for (std::size_t i = 0; i < m_top.size(); ++i)
            if (!m_top[i].children.empty()) {
                const QModelIndex node = index(int(i), 0);
                emit dataChanged(
                    index(0, 0, node), index(int(m_top[i].children.size()) - 1, ColumnCount - 1, node));
            }
        return;
    }
    for (const int layer : layers) {
        emit dataChanged(indexOf(layer, 0), indexOf(layer, ColumnCount - 1));
        const auto& [node, child] = m_place[std::size_t(layer)];
        if (child >= 0)
            emit dataChanged(index(node, 0), index(node, ColumnCount - 1));
    }
}

QModelIndex LayerModel::indexOf(int layer, int column) const
{
    if (layer < 0 || std::size_t(layer) >= m_place.size())
        return {};
    const auto& [node, child] = m_place[std::size_t(layer)];
    return child < 0 ? createIndex(node, column, topLevel) : createIndex(child, column, quintptr(node));
}

int LayerModel::layerOf(const QModelIndex& index) const
{
    if (!index.isValid())
        return -1;
    return index.internalId() == topLevel ? m_top[std::size_t(index.row())].layer
                                          : m_top[index.internalId()].children[std::size_t(index.row())];
}

std::vector<int> LayerModel::layersUnder(const QModelIndex& index) const
{
    if (!index.isValid())
        return {};
    if (const int layer = layerOf(index); layer >= 0)
        return {layer};
    return m_top[std::size_t(index.row())].children;
}

QModelIndex LayerModel::index(int row, int column, const QModelIndex& parent) const
{
    if (row < 0 || column < 0 || column >= ColumnCount || row >= rowCount(parent))
        return {};
    return createIndex(row, column, parent.isValid() ? quintptr(parent.row()) : topLevel);
}

QModelIndex LayerModel::parent(const QModelIndex& index) const
{
    if (!index.isValid() || index.internalId() == topLevel)
        return {};
    return createIndex(int(index.internalId()), 0, topLevel);
}

int LayerModel::rowCount(const QModelIndex& parent) const
{
    if (!parent.isValid())
        return int(m_top.size());
    if (parent.internalId() != topLevel || parent.column() != 0)
        return 0;
    return int(m_top[std::size_t(parent.row())].children.size());
}

int LayerModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

QVariant LayerModel::numberOf(const LayerRow& row, int column)
{
    switch (column) {
    case Bits:
        return row.bits;
    case Size:
        return row.bytes;
    case ParameterCount:
        return row.parameters;
    case Sensitivity:
        return row.sensitivity ? QVariant(*row.sensitivity) : QVariant();
    case Error:
        return row.error ? QVariant(*row.error) : QVariant();
    case Name:
        return row.name;
    case Format:
        return row.format;
    case Stored:
        return row.storedFormat;
    case Shape:
        return row.rows * row.columns;
    default:
        return {};
    }
}

QVariant LayerModel::textOf(const LayerRow& row, int column, bool inBlock) const
{
    const QString unknown = QStringLiteral("–");
    switch (column) {
    case Name:
        return inBlock ? row.nameInBlock : row.name;
    case Bits:
        return formatBits(row.bits);
    case Size:
        return formatBytes(std::uint64_t(row.bytes));
    case Sensitivity:
        return row.sensitivity ? formatSmall(*row.sensitivity) : unknown;
    case Format:
        return row.format;
    case Error:
        return row.error ? formatShare(*row.error) : unknown;
    case Stored:
        return row.storedFormat;
    case Shape:
        return row.shape;
    case ParameterCount:
        return formatCount(std::uint64_t(row.parameters));
    default:
        return {};
    }
}

QVariant LayerModel::blockText(const Node& node, int column) const
{
    double bytes = 0, parameters = 0;
    for (const int layer : node.children) {
        bytes += m_rows[std::size_t(layer)].bytes;
        parameters += m_rows[std::size_t(layer)].parameters;
    }
    switch (column) {
    case Name:
        return tr("Block %1").arg(node.block);
    case Bits:
        return parameters > 0 ? formatBits(8 * bytes / parameters) : QString();
    case Size:
        return formatBytes(std::uint64_t(bytes));
    case ParameterCount:
        return formatCount(std::uint64_t(parameters));
    default:
        return {};
    }
}

QVariant LayerModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const int layer = layerOf(index);
    if (role == LayerRole)
        return layer;
    if (layer < 0) {
        const Node& node = m_top[std::size_t(index.row())];
        if (role == Qt::DisplayRole)
            return blockText(node, index.column());
        if (role == ValueRole)
            return index.column() == Name ? QVariant(node.block) : QVariant();
        return role == Qt::TextAlignmentRole ? QVariant(alignmentOf(index.column())) : QVariant();
    }
    const LayerRow& row = m_rows[std::size_t(layer)];
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, index.column(), index.internalId() != topLevel);
    case Qt::EditRole:
        return index.column() == Bits || index.column() == Format ? QVariant(row.format) : QVariant();
    case ValueRole:
        return numberOf(row, index.column());
    case ShareRole:
        if (index.column() == Size)
            return row.bytes / m_largestBytes;
        if (index.column() == Sensitivity && row.sensitivity && m_largestSensitivity > 0)
            return std::max(0.0, *row.sensitivity / m_largestSensitivity);
        return {};
    case Qt::ToolTipRole:
        return QStringLiteral("%1\n%2 · %3 · %4")
            .arg(
                row.name, row.shape,
                row.method.isEmpty() ? row.format : tr("%1 by %2").arg(row.format, row.method),
                formatBytes(std::uint64_t(row.bytes)));
    case Qt::AccessibleTextRole:
        if (index.column() == Name)
            return row.pinned ? tr("%1, %2 bits, pinned").arg(row.name, formatBits(row.bits))
                              : tr("%1, %2 bits").arg(row.name, formatBits(row.bits));
        return {};
    case Qt::TextAlignmentRole:
        return alignmentOf(index.column());
    default:
        return {};
    }
}

bool LayerModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const int layer = layerOf(index);
    if (layer < 0 || role != Qt::EditRole || (index.column() != Bits && index.column() != Format))
        return false;
    emit stopChosen(layer, value.toInt());
    return true;
}

QVariant LayerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::DisplayRole) {
        const QStringList titles{tr("Name"),        tr("Bits"),   tr("Size"),
                                 tr("Sensitivity"), tr("Format"), tr("Weight error"),
                                 tr("Stored as"),   tr("Shape"),  tr("Parameters")};
        return titles[section];
    }
    if (role == Qt::TextAlignmentRole)
        return alignmentOf(section);
    if (role == Qt::ToolTipRole) {
        const QStringList tips{
            tr("Layers by block, in model order"),
            tr("Bits per weight with scales counted, exact"),
            tr("Bytes in the file, exact"),
            tr("Measured: divergence that this layer alone costs at about four bits"),
            tr("What the layer becomes; double-click to choose"),
            tr("Measured: squared error of the weights as chosen, against their own square"),
            tr("Number format in the file that was opened"),
            tr("Rows × columns"),
            tr("Number of weights")};
        return tips[section];
    }
    return {};
}

Qt::ItemFlags LayerModel::flags(const QModelIndex& index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (layerOf(index) >= 0)
        flags |= Qt::ItemNeverHasChildren;
    if (layerOf(index) >= 0 && (index.column() == Bits || index.column() == Format))
        flags |= Qt::ItemIsEditable;
    return flags;
}

} // namespace tritloom
