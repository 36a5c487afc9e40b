#include "app/gui/pictures/guess_bars.h"

#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"

#include <QPainter>

#include <algorithm>

namespace tritloom {

GuessBars::GuessBars(QWidget* parent)
    : QWidget(parent)
    , m_nameOf([](std::size_t index) { return QString::number(index); })
{
    setObjectName(QStringLiteral("guessBars"));
    setAccessibleName(tr("Most likely classes of both networks"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void GuessBars::setGuesses(
    std::vector<ClassGuess> original, std::vector<ClassGuess> compressed, std::optional<std::size_t> label)
{
    m_rows.clear();
    m_label = label;
    m_firstOriginal = original.empty() ? std::nullopt : std::optional(original[0].index);
    m_firstCompressed = compressed.empty() ? std::nullopt : std::optional(compressed[0].index);
    for (const ClassGuess& guess : original)
        m_rows.push_back({guess.index, guess.probability, -1});
    for (const ClassGuess& guess : compressed) {
        const auto known = std::ranges::find(m_rows, guess.index, &Row::index);
        if (known != m_rows.end())
            known->compressed = guess.probability;
        else
            m_rows.push_back({guess.index, -1, guess.probability});
    }
    QStringList spoken;
    for (const Row& row : m_rows)
        spoken << tr("%1: original %2, compressed %3")
                      .arg(
                          m_nameOf(row.index),
                          row.original < 0 ? QStringLiteral("–") : formatShare(row.original),
                          row.compressed < 0 ? QStringLiteral("–") : formatShare(row.compressed));
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    setToolTip(spoken.join(QLatin1Char('\n')));
    update();
}

void GuessBars::paintEvent(QPaintEvent*)
{
    if (m_rows.empty())
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColors colors = themeColors(palette());
    const bool flips = m_firstOriginal && m_firstCompressed && *m_firstOriginal != *m_firstCompressed;
    QFont small = font(), figures = figureFont(font(), 11);
    small.setPixelSize(12);
    const int figureWidth = QFontMetrics(figures).horizontalAdvance(QStringLiteral("0.0000 %"));
    QFont bold = small;
    bold.setBold(true);
    int nameWidth = 0;
    for (const Row& row : m_rows)
        nameWidth = std::max(
            nameWidth, QFontMetrics(bold).horizontalAdvance(QStringLiteral("✓ ") + m_nameOf(row.index)) + 2);
    // Names that would be cut beside their bars stand above them.
    const bool above = nameWidth > width() * 2 / 5;
    const double nameHeight = above ? 16 : 0,
                 rowHeight = nameHeight
        + std::clamp(double(height()) / double(m_rows.size()) - nameHeight, 24.0, 40.0);
    nameWidth = above ? width() : nameWidth;
    const double barLeft = above ? 0 : nameWidth + 6, barRight = width() - figureWidth - 8;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const Row& row = m_rows[i];
        const double top = double(i) * rowHeight;
        if (top + rowHeight > height() + 1)
            break;
        const bool isLabel = m_label && *m_label == row.index;
        QFont nameFont = small;
        nameFont.setBold(isLabel);
        painter.setFont(nameFont);
        painter.setPen(palette().color(QPalette::WindowText));
        const QString name = (isLabel ? QStringLiteral("✓ ") : QString()) + m_nameOf(row.index);
        painter.drawText(
            QRectF(0, top, nameWidth, above ? nameHeight : rowHeight),
            int(above ? Qt::AlignLeft : Qt::AlignRight) | int(Qt::AlignVCenter),
            QFontMetrics(nameFont).elidedText(name, Qt::ElideRight, nameWidth));
        const double bar = std::min(9.0, (rowHeight - nameHeight - 5) / 2);
        const auto draw = [&](double probability, double y, const QColor& color, bool first) {
            if (probability < 0)
                return;
            painter.setPen(Qt::NoPen);
            painter.setBrush(color);
            painter.drawRoundedRect(
                QRectF(barLeft, y, std::max(1.5, (barRight - barLeft) * probability), bar), 1.5, 1.5);
            painter.setFont(figures);
            painter.setPen(first && flips ? colors.warning : palette().color(QPalette::WindowText));
            painter.drawText(
                QRectF(barRight + 6, y - 3, figureWidth, bar + 6),
                int(Qt::AlignRight) | int(Qt::AlignVCenter), formatShare(probability));
        };
        const double middle = top + nameHeight + (rowHeight - nameHeight) / 2;
        draw(row.original, middle - bar - 1, colors.mutedText, m_firstOriginal == row.index);
        draw(row.compressed, middle + 1, colors.accent, m_firstCompressed == row.index);
    }
}

} // namespace tritloom
