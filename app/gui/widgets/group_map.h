#pragma once

#include "app/gui/theme.h"

#include <QColor>
#include <QString>
#include <QStringList>
#include <QWidget>

#include <cstdint>
#include <functional>
#include <vector>

namespace tritloom {

/// A choice among few for each place of a grid.
struct GroupMapData {
    QString title; ///< "Special level of each group"
    QStringList names; ///< of what was chosen
    std::vector<std::size_t> counts; ///< by name
    std::function<QColor(const ThemeColors&, std::size_t)> colour; ///< by name
    std::size_t across = 0, down = 0;
    std::vector<std::uint8_t> chosen; ///< [across][down], indices into names
    QString acrossName, downName; ///< "channel %1", "group %1"; the second empty where down is 1
};

/// Which place chose what, as colours, with a legend that counts them. Of more places than pixels every nth
/// is drawn; a tooltip says those under the mouse. GUI thread only.
class GroupMap final : public QWidget {
    Q_OBJECT

public:
    explicit GroupMap(QWidget* parent = nullptr);
    void setData(GroupMapData data);
    [[nodiscard]] const GroupMapData& data() const { return m_data; }
    [[nodiscard]] QStringList legend() const; ///< "+6: 120 (41 %)"
    [[nodiscard]] QSize sizeHint() const override { return {320, 160}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 64}; }

protected:
    void paintEvent(QPaintEvent*) override;
    bool event(QEvent* event) override;

private:
    /// Draws the legend above `bottom`, or with no painter only measures it. The top of what it takes.
    int drawLegend(QPainter* painter, int bottom) const;
    [[nodiscard]] QRect area() const; ///< of the map

    GroupMapData m_data;
};

} // namespace tritloom
