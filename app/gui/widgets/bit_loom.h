#pragma once

#include "app/gui/widgets/loom_painter.h"

#include <QAbstractScrollArea>
#include <QTimer>

#include <functional>

namespace tritloom {

/// Bars that can be picked and pulled. Knows numbers and colours only: what a pull means is up to whoever
/// listens. GUI thread only.
class BitLoom final : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit BitLoom(QWidget* parent = nullptr);

    void setBars(std::vector<LoomBar> bars); ///< others than before
    /// What a screen reader says of a bar: "blk.2.ffn_down, 4.25 bits, pinned". Asked for when one reads, not
    /// made for each frame of a pull.
    void setSpoken(std::function<QString(int bar)> spoken) { m_spoken = std::move(spoken); }
    [[nodiscard]] QString spoken(int bar) const { return m_spoken ? m_spoken(bar) : QString(); }
    void updateBars(const std::vector<std::pair<int, LoomBar>>& bars); ///< same places and sizes, new numbers
    void setSelection(const std::vector<int>& bars, int current);
    void setMean(const std::optional<LoomLine>& mean);
    void setBudget(const std::optional<LoomLine>& budget);
    void setGhosts(std::vector<double> bits); ///< empty: none
    void setStops(std::vector<double> bits); ///< of the bar being pulled
    void setCallout(LoomCallout callout);
    void setZoom(double zoom, double aroundX = 0);
    [[nodiscard]] double zoom() const { return m_zoom; }

    [[nodiscard]] const std::vector<LoomBar>& bars() const { return m_bars; }
    [[nodiscard]] int current() const { return m_current; }
    [[nodiscard]] std::vector<int> selection() const;
    [[nodiscard]] QRect barRect(int index) const; ///< viewport coordinates, the whole column of the bar
    /// Drawn narrower than its size: two slanted lines across its foot mark the break.
    [[nodiscard]] static QString cutText();
    [[nodiscard]] bool isCut(int index) const { return m_geometry.isCut(index); }
    [[nodiscard]] int yOf(double bits) const; ///< viewport coordinates
    [[nodiscard]] bool isPulling() const { return m_state == State::Pulling; }
    /// From assistive technology: asks for the bits of one bar.
    void askForBits(int index, double bits);
    void askForCurrent(int index) { emit selectionAsked({index}, index); }

signals:
    void selectionAsked(const std::vector<int>& bars, int current);
    void pullBegan(int bar);
    void pulledTo(double bits, bool alone); ///< alone: Alt is held
    void pullHeld(); ///< the pointer rests for 0.3 s
    void pullEnded();
    void pullCancelled();
    void budgetPulledTo(double bits);
    void budgetReleased();
    void budgetCancelled();
    void stepAsked(int steps, bool alone); ///< one stop up or down, of the selection
    void digitAsked(int digit, bool alone);
    void bitsAsked(int bar, double bits);
    void pinAsked();
    void flipAsked();
    void hovered(int bar); ///< -1: none

protected:
    bool event(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    enum class State { Idle, Pressed, Pulling, RubberBand, Budget };
    void arrange();
    void select(int bar, Qt::KeyboardModifiers modifiers);
    void selectRange(int first, int last, int current, bool add);
    void moveCurrent(int to, bool extend);
    void ensureVisible(int bar);
    void updateCursor(QPointF position, Qt::KeyboardModifiers modifiers);
    [[nodiscard]] bool cancel();
    [[nodiscard]] bool onBudget(QPointF position) const;
    [[nodiscard]] double contentX(double x) const;
    [[nodiscard]] LoomScene scene() const;
    [[nodiscard]] QFont monospace() const;

    std::vector<LoomBar> m_bars;
    std::function<QString(int)> m_spoken;
    LoomGeometry m_geometry;
    std::vector<bool> m_selected;
    std::vector<double> m_ghosts, m_stops;
    std::optional<LoomLine> m_mean, m_budget;
    LoomCallout m_callout;
    int m_current = -1, m_anchor = -1, m_hovered = -1, m_pressed = -1;
    State m_state = State::Idle;
    bool m_selectOnRelease = false, m_overBudget = false, m_alone = false;
    QPointF m_pressPosition;
    double m_pressPositionOnAxis = 0; ///< of the bar's top, so that it does not jump to the pointer
    std::optional<QRectF> m_rubberBand;
    double m_zoom = 1;
    QTimer m_hold;
};

} // namespace tritloom
