#include "app/gui/frontier/frontier_page.h"

#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/chart_colors.h"
#include "app/gui/widgets/elided_label.h"
#include "app/gui/window_wiring.h"

#include <QChart>
#include <QChartView>
#include <QEvent>
#include <QGraphicsLayout>
#include <QLabel>
#include <QLineF>
#include <QLineSeries>
#include <QLogValueAxis>
#include <QMouseEvent>
#include <QPushButton>
#include <QScatterSeries>
#include <QToolTip>
#include <QVBoxLayout>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr double smallestLoss = 1e-6; ///< below it a logarithmic axis says nothing

} // namespace

FrontierPage::FrontierPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_frontier(workspace.engine().model())
    , m_chart(new QChart)
    , m_view(new QChartView(m_chart, this))
    , m_line(new QLineSeries(m_chart))
    , m_measured(new QScatterSeries(m_chart))
    , m_now(new QScatterSeries(m_chart))
    , m_unit(sizeUnitOf(workspace.model().bytes()))
    , m_size(new QValueAxis(m_chart))
    , m_loss(new QLogValueAxis(m_chart))
    , m_state(new QLabel(this))
    , m_hint(new ElidedLabel(
          tr("Click a point of the line to take its allocation. The line is predicted from the sensitivity "
             "table, the circles beside it were measured."),
          this))
    , m_measure(new QPushButton(tr("Measure the sensitivity"), this))
{
    setObjectName("frontierPage");
    m_view->setObjectName("frontierChart");
    nameChart(*m_view, tr("Size against divergence"));
    m_view->setRenderHint(QPainter::Antialiasing);
    m_view->setFrameShape(QFrame::NoFrame);
    m_chart->setMargins({4, 4, 4, 4});
    m_chart->setBackgroundRoundness(0);
    m_chart->layout()->setContentsMargins(0, 0, 0, 0);
    m_line->setName(tr("best predicted"));
    m_measured->setName(tr("measured"));
    m_now->setName(tr("now"));
    m_line->setPointsVisible(true); // markers of the line itself: a series of them would be an item each
    m_line->setMarkerSize(3);
    m_measured->setMarkerSize(9);
    m_now->setMarkerSize(13);
    m_size->setTitleText(tr("file size, %1").arg(QLatin1String(m_unit.name)));
    m_loss->setTitleText(isInNats(workspace.model()) ? tr("KL divergence, nats") : tr("divergence"));
    m_chart->addAxis(m_size, Qt::AlignBottom);
    m_chart->addAxis(m_loss, Qt::AlignLeft);
    for (QXYSeries* const series :
         {static_cast<QXYSeries*>(m_line), static_cast<QXYSeries*>(m_measured),
          static_cast<QXYSeries*>(m_now)}) {
        m_chart->addSeries(series);
        series->attachAxis(m_size);
        series->attachAxis(m_loss);
    }
    m_state->setWordWrap(true);
    m_hint->setShorter({tr("Click a point to take it."), QString()});
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addWidget(m_state);
    layout->addWidget(m_hint);
    layout->addWidget(m_measure, 0, Qt::AlignLeft);
    layout->addWidget(m_view, 1);
    layout->addStretch(); // while there is no chart
    m_measure->setObjectName("measureSensitivity");
    connect(m_measure, &QPushButton::clicked, this, [this] { m_workspace.sensitivity().start(); });
    connect(&workspace.sensitivity(), &SensitivityController::runningChanged, this, &FrontierPage::redraw);
    m_soon.setSingleShot(true);
    m_soon.setInterval(250);
    connect(&m_soon, &QTimer::timeout, this, [this] {
        AllocationRules rules{.pinned = m_workspace.document().pinned(), .methods = m_workspace.methods()};
        m_frontier.request(m_workspace.sensitivity().table(), m_workspace.document().allocation(), rules);
    });
    connect(&workspace.sensitivity(), &SensitivityController::cellMeasured, this, &FrontierPage::requestSoon);
    connect(&workspace.sensitivity(), &SensitivityController::tableChanged, this, &FrontierPage::requestSoon);
    connect(&workspace.sensitivity(), &SensitivityController::corrected, this, &FrontierPage::requestSoon);
    connect(&workspace.document(), &AllocationDocument::pinsChanged, this, &FrontierPage::requestSoon);
    // A chart costs more than a frame of a drag has to spare: it follows a little behind.
    m_redrawSoon.setSingleShot(true);
    m_redrawSoon.setInterval(60);
    connect(&m_redrawSoon, &QTimer::timeout, this, &FrontierPage::redraw);
    const auto redrawSoon = [this] {
        if (!m_redrawSoon.isActive())
            m_redrawSoon.start();
    };
    connect(&workspace.document(), &AllocationDocument::changed, this, redrawSoon);
    connect(&workspace.evaluation(), &EvaluationController::finished, this, redrawSoon);
    connect(&m_frontier, &FrontierController::ready, this, [this] {
        setProperty("busy", m_soon.isActive());
        redraw();
    });
    for (QXYSeries* const series : {static_cast<QXYSeries*>(m_line), static_cast<QXYSeries*>(m_measured)}) {
        connect(series, &QXYSeries::hovered, this, [this](const QPointF& point, bool inside) {
            if (inside)
                QToolTip::showText(
                    QCursor::pos(),
                    tr("%1, divergence %2: click to take it")
                        .arg(formatBytes(std::uint64_t(point.x() * m_unit.bytes)), formatSmall(point.y())),
                    m_view);
        });
    }
    m_view->viewport()->installEventFilter(this);
    colour();
    requestSoon();
    redraw();
}

bool FrontierPage::eventFilter(QObject* watched, QEvent* event)
{
    // A series hears clicks on its own few pixels alone: a point is taken from as far as a finger's width.
    if (event->type() == QEvent::MouseButtonRelease) {
        const auto* const mouse = static_cast<const QMouseEvent*>(event);
        const QPointF at = m_chart->mapFromScene(m_view->mapToScene(mouse->position().toPoint()));
        if (mouse->button() == Qt::LeftButton)
            take(at);
    }
    return QWidget::eventFilter(watched, event);
}

void FrontierPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    requestSoon();
    redraw();
}

double FrontierPage::lossBase() const
{
    return isHigh() ? 10 : 100;
}

bool FrontierPage::isHigh() const
{
    constexpr int high = 240; // pixels
    return height() >= high;
}

void FrontierPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // In a low dock the line needs the room more than what its axes are called.
    m_size->setTitleVisible(isHigh());
    m_loss->setTitleVisible(isHigh());
    m_loss->setBase(lossBase());
}

void FrontierPage::requestSoon()
{
    if (!isVisible())
        return; // asked again when somebody looks
    setProperty("busy", true); // whoever takes a picture waits for the line
    if (!m_soon.isActive())
        m_soon.start();
}

void FrontierPage::redraw()
{
    if (!isVisible())
        return;
    QList<QPointF> line, measured, now;
    const auto at = [this](std::uint64_t bytes, double kl) {
        return QPointF(double(bytes) / m_unit.bytes, std::max(kl, smallestLoss));
    };
    for (const AllocationResult& point : m_frontier.points())
        line << at(point.bytes, point.predictedKl);
    for (const Evaluation& evaluation : m_workspace.evaluation().measuredPoints())
        if (evaluation.kl.value > 0)
            measured << at(
                bytesOf(m_workspace.model(), evaluation.allocation, m_workspace.methods()),
                evaluation.kl.value);
    const Allocation& allocation = m_workspace.document().allocation();
    const auto& latest = m_workspace.evaluation().latest();
    const std::uint64_t bytes = bytesOf(m_workspace.model(), allocation, m_workspace.methods());
    // The original has no place here: how large it is would leave none for the others.
    const auto isShown = [&](double kl) { return kl > 0 || !m_workspace.isUnchanged(); };
    if (latest && latest->allocation == allocation && isShown(latest->kl.value))
        now << at(bytes, latest->kl.value);
    else if (const auto predicted = m_workspace.sensitivity().table().predictedKl(allocation);
             predicted && isShown(*predicted))
        now << at(bytes, *predicted);
    // A drag moves one point; what stays is not built anew.
    const auto show = [](QXYSeries* series, const QList<QPointF>& points) {
        if (series->points() != points)
            series->replace(points);
    };
    show(m_line, line);
    show(m_measured, measured);
    show(m_now, now);
    QList<QPointF> all = line + measured + now;
    m_view->setVisible(!all.isEmpty());
    m_hint->setVisible(!all.isEmpty());
    m_state->setVisible(all.isEmpty());
    const bool canMeasure = m_workspace.engine().whyNotEvaluated().empty();
    m_measure->setVisible(line.isEmpty() && canMeasure && !m_workspace.sensitivity().isRunning());
    if (all.isEmpty()) {
        m_state->setText(
            canMeasure
                ? tr("Nothing measured yet. Measure the sensitivity, then the best trade-offs between size "
                     "and divergence appear here.")
                : tr("Cannot be measured: %1").arg(whyNotMeasured(m_workspace)));
        return;
    }
    const auto [left, right] =
        std::minmax_element(all.begin(), all.end(), [](auto a, auto b) { return a.x() < b.x(); });
    const auto [low, high] =
        std::minmax_element(all.begin(), all.end(), [](auto a, auto b) { return a.y() < b.y(); });
    const QRectF extent(QPointF(left->x(), low->y()), QPointF(right->x(), high->y()));
    if (std::exchange(m_extent, extent) == extent)
        return;
    showRange(*m_size, extent.left(), extent.right());
    showRange(*m_loss, extent.top(), extent.bottom(), lossBase());
}

void FrontierPage::take(const QPointF& at)
{
    constexpr double reach = 24; // pixels
    const Allocation* nearest = nullptr;
    double best = reach;
    const auto consider = [&](const Allocation& allocation, std::uint64_t bytes, double kl) {
        const QPointF point =
            m_chart->mapToPosition({double(bytes) / m_unit.bytes, std::max(kl, smallestLoss)}, m_line);
        if (const double far = QLineF(point, at).length(); far < best) {
            best = far;
            nearest = &allocation;
        }
    };
    for (const AllocationResult& result : m_frontier.points())
        consider(result.allocation, result.bytes, result.predictedKl);
    for (const Evaluation& evaluation : m_workspace.evaluation().measuredPoints())
        consider(
            evaluation.allocation, bytesOf(m_workspace.model(), evaluation.allocation, m_workspace.methods()),
            evaluation.kl.value);
    if (nearest != nullptr)
        m_workspace.document().replace(
            Allocation(*nearest),
            tr("Take %1 from the frontier")
                .arg(formatBytes(bytesOf(m_workspace.model(), *nearest, m_workspace.methods()))));
}

void FrontierPage::colour()
{
    const ThemeColors colors = themeColors(palette());
    colourChart(*m_chart, palette());
    m_line->setPen(QPen(colors.accent, 2));
    m_measured->setColor(Qt::transparent);
    m_measured->setBorderColor(colors.warning);
    m_now->setColor(palette().color(QPalette::WindowText));
    m_now->setBorderColor(colors.accent);
}

void FrontierPage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        colour();
    QWidget::changeEvent(event);
}

QWidget* makeFrontierPage(Workspace& workspace, QWidget* parent)
{
    return new FrontierPage(workspace, parent);
}

} // namespace tritloom
