#include "app/gui/allocation/loom_page.h"

#include "app/gui/allocation/layer_sensitivity.h"
#include "app/gui/allocation/loom_numbers.h"
#include "app/gui/allocation/loom_text.h"
#include "app/gui/allocation/pay_back_strip.h"
#include "app/gui/allocation/runtime_badges.h"
#include "app/gui/number_text.h"
#include "app/gui/widgets/elided_label.h"
#include "app/session/reach.h"
#include "core/sensitivity/candidate.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace tritloom {

LoomPage::LoomPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_stops(workspace)
    , m_loom(new BitLoom(this))
    , m_numbers(new LoomNumbers(workspace, this))
    , m_selectionText(new ElidedLabel({}, this))
    , m_offers(new PayBackStrip(workspace, this))
{
    setObjectName(QStringLiteral("loomPage"));
    m_loom->setObjectName(QStringLiteral("loom"));
    m_loom->setAccessibleName(tr("Bit loom"));
    m_loom->setAccessibleDescription(tr("One slider per layer: bits per weight"));
    m_loom->setSpoken([this](int bar) {
        const LoomBar& shown = m_loom->bars()[std::size_t(bar)];
        return spokenName(m_workspace.model().layer(LayerId(bar)), shown.bits, shown.pinned);
    });
    m_selectionText->setObjectName(QStringLiteral("loomSelection"));
    m_selectionText->setSizePolicy(
        QSizePolicy::Preferred, QSizePolicy::Preferred); // the legend gives way first

    auto* const caption = new ElidedLabel(tr("Bit allocation"), this);
    auto* const legend =
        new ElidedLabel(tr("drag bars or lines · width: parameters · strip: sensitivity"), this);
    caption->setShorter({tr("Bits"), QString()});
    legend->setShorter({tr("width: parameters · strip: sensitivity"), QString()});
    for (ElidedLabel* const label : {caption, legend, m_selectionText})
        label->setForegroundRole(QPalette::PlaceholderText);
    legend->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* const top = new QHBoxLayout;
    top->addWidget(caption, 1);
    top->addWidget(m_numbers);
    auto* const middle = new QHBoxLayout;
    middle->addWidget(m_selectionText);
    middle->addSpacing(12);
    middle->addWidget(new RuntimeBadges(workspace, this));
    middle->addSpacing(12);
    middle->addWidget(legend, 1);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 6);
    column->setSpacing(4);
    column->addLayout(top);
    column->addWidget(m_loom, 1);
    column->addLayout(middle);
    column->addWidget(m_offers);
    setFocusProxy(m_loom);

    m_offerTimer.setSingleShot(true);
    m_offerTimer.setInterval(300);
    connect(&m_offerTimer, &QTimer::timeout, m_offers, &PayBackStrip::refresh);
    m_heatTimer.setSingleShot(true); // a sweep delivers faster than anyone can look
    m_heatTimer.setInterval(150);
    connect(&m_heatTimer, &QTimer::timeout, this, &LoomPage::refreshHeat);

    AllocationDocument& document = workspace.document();
    connect(&document, &AllocationDocument::changed, this, [this] {
        refreshChangedBars();
        refreshBudget();
        refreshNumbers();
        refreshCallout();
        if (!m_workspace.document().inGesture())
            m_offerTimer.start();
    });
    connect(&document, &AllocationDocument::pinsChanged, this, &LoomPage::refreshChangedBars);
    connect(&workspace.selection(), &Selection::changed, this, &LoomPage::refreshSelection);
    connect(&workspace.sensitivity(), &SensitivityController::tableChanged, this, &LoomPage::rebuild);
    connect(&workspace.sensitivity(), &SensitivityController::cellMeasured, this, [this] {
        if (!m_heatTimer.isActive())
            m_heatTimer.start();
    });
    connect(&workspace.sensitivity(), &SensitivityController::corrected, this, [this] {
        refreshNumbers();
        m_offerTimer.start();
    });
    connect(&workspace.evaluation(), &EvaluationController::started, this, &LoomPage::refreshNumbers);
    connect(&workspace.evaluation(), &EvaluationController::finished, this, &LoomPage::refreshNumbers);
    connect(&workspace, &Workspace::goalChanged, this, [this] {
        refreshBudget();
        refreshNumbers();
    });
    connectLoom();
    m_perByte.assign(workspace.model().layers.size(), std::nan(""));
    rebuild();
}

LoomPage::~LoomPage()
{
    m_loom->setSpoken({});
    m_loom->disconnect(this); // it loses the focus as it goes, and would take a pull back through us
}

void LoomPage::connectLoom()
{
    connect(m_loom, &BitLoom::selectionAsked, this, [this](const std::vector<int>& bars, int current) {
        std::vector<LayerId> layers;
        for (const int bar : bars)
            layers.push_back(LayerId(bar));
        m_workspace.selection().set(std::move(layers), LayerId(current));
    });
    connect(m_loom, &BitLoom::pullBegan, this, &LoomPage::beginPull);
    connect(m_loom, &BitLoom::pulledTo, this, [this](double bits, bool alone) {
        pull(bits, alone ? Fused::Alone : Fused::Together);
    });
    connect(m_loom, &BitLoom::pullHeld, m_offers, &PayBackStrip::refresh);
    connect(m_loom, &BitLoom::pullEnded, this, [this] { endPull(true); });
    connect(m_loom, &BitLoom::pullCancelled, this, [this] { endPull(false); });
    connect(m_loom, &BitLoom::stepAsked, this, [this](int steps, bool alone) {
        edit(stepBy(
            m_stops, m_workspace.document().allocation(), m_workspace.document().pinned(), chosen(),
            m_workspace.selection().current(), steps, alone ? Fused::Alone : Fused::Together));
    });
    connect(m_loom, &BitLoom::digitAsked, this, [this](int digit, bool alone) {
        const auto bits = digit == 0 ? std::nullopt : std::optional<double>(digit);
        edit(setAll(
            m_stops, m_workspace.document().pinned(), chosen(), m_workspace.selection().current(), bits,
            alone ? Fused::Alone : Fused::Together));
    });
    connect(m_loom, &BitLoom::bitsAsked, this, [this](int bar, double bits) {
        edit(setAll(
            m_stops, m_workspace.document().pinned(), {LayerId(bar)}, LayerId(bar), bits, Fused::Together));
    });
    connect(m_loom, &BitLoom::pinAsked, this, &LoomPage::togglePins);
    connect(m_loom, &BitLoom::flipAsked, this, [this] { setOriginalShown(!m_original); });
    connect(m_loom, &BitLoom::hovered, this, [this](int bar) {
        m_hovered = bar;
        refreshCallout();
    });
    connect(m_loom, &BitLoom::budgetPulledTo, this, &LoomPage::pullBudget);
    connect(m_loom, &BitLoom::budgetReleased, this, [this] { endBudget(true); });
    connect(m_loom, &BitLoom::budgetCancelled, this, [this] { endBudget(false); });
}

void LoomPage::setOriginalShown(bool original)
{
    if (std::exchange(m_original, original) == original)
        return;
    refreshBars();
    refreshNumbers();
    emit originalShown(m_original);
}

std::vector<LayerId> LoomPage::chosen() const
{
    const Selection& selection = m_workspace.selection();
    return selection.contains(selection.current()) ? selection.layers() : std::vector{selection.current()};
}

LoomBar LoomPage::barOf(LayerId layer) const
{
    const Layer& what = m_workspace.model().layer(layer);
    const LayerChoice choice = m_original ? LayerChoice{} : m_workspace.document().allocation()[layer];
    LoomBar bar;
    bar.name = shortName(what);
    bar.block = what.block ? int(*what.block) : -1;
    bar.size = double(what.parameters());
    bar.bits = m_stops.bitsOf(layer, choice);
    bar.pinned = m_workspace.document().pinned()[std::size_t(layer)];
    const double perByte = m_perByte[std::size_t(layer)];
    bar.heat = std::isnan(perByte) ? perByte : heatOf(perByte, m_highestPerByte);
    return bar;
}

void LoomPage::rebuild()
{
    m_stops = Stops(m_workspace);
    refreshHeat();
    std::vector<LoomBar> bars;
    for (std::size_t i = 0; i < m_workspace.model().layers.size(); ++i)
        bars.push_back(barOf(LayerId(i)));
    m_loom->setBars(std::move(bars));
    m_drawn = m_workspace.document().allocation();
    m_drawnPins = m_workspace.document().pinned();
    refreshSelection();
    refreshBudget();
    refreshNumbers();
}

void LoomPage::refreshBars()
{
    m_drawn = m_workspace.document().allocation();
    m_drawnPins = m_workspace.document().pinned();
    std::vector<std::pair<int, LoomBar>> bars;
    for (std::size_t i = 0; i < m_loom->bars().size(); ++i)
        bars.emplace_back(int(i), barOf(LayerId(i)));
    m_loom->updateBars(bars);
}

void LoomPage::refreshChangedBars()
{
    const Allocation& now = m_workspace.document().allocation();
    const std::vector<bool>& pinned = m_workspace.document().pinned();
    std::vector<std::pair<int, LoomBar>> bars;
    for (std::size_t i = 0; i < m_loom->bars().size(); ++i)
        if (now.layers[i] != m_drawn.layers[i] || pinned[i] != m_drawnPins[i]) {
            bars.emplace_back(int(i), barOf(LayerId(i)));
            m_drawn.layers[i] = now.layers[i];
        }
    m_loom->updateBars(bars);
    m_drawnPins = pinned;
}

void LoomPage::refreshHeat()
{
    const Model& model = m_workspace.model();
    m_highestPerByte = 0;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const auto sensitivity = sensitivityOf(model, m_workspace.sensitivity().table(), LayerId(i));
        m_perByte[i] = sensitivity ? sensitivity->klPerByte : std::nan("");
        if (sensitivity)
            m_highestPerByte = std::max(m_highestPerByte, sensitivity->klPerByte);
    }
    refreshBars();
    refreshNumbers();
    refreshCallout();
    if (!m_offerTimer.isActive())
        m_offerTimer.start();
}

void LoomPage::refreshSelection()
{
    const Selection& selection = m_workspace.selection();
    if (m_workspace.model().layers.empty()) { // then nothing can be selected
        m_selectionText->setText(tr("The model has no layers that can be compressed."));
        return;
    }
    std::vector<int> bars;
    for (const LayerId layer : selection.layers())
        bars.push_back(int(layer));
    m_loom->setSelection(bars, int(selection.current()));
    m_selectionText->setText(selectionTitle(m_workspace.model(), selection.layers()));
    refreshCallout();
}

void LoomPage::refreshNumbers()
{
    const Allocation allocation =
        m_original ? m_workspace.model().original() : m_workspace.document().allocation();
    const Estimate estimate = m_workspace.estimate(allocation);
    m_numbers->refresh(estimate, m_original);
    m_loom->setMean(LoomLine{
        estimate.bitsPerWeight, tr("mean %1 bpw").arg(QLocale().toString(estimate.bitsPerWeight, 'f', 2))});
}

void LoomPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    refreshNumbers();
}

void LoomPage::refreshCallout()
{
    if (m_loom->isPulling())
        m_loom->setCallout(pullCallout(m_workspace, m_stops, m_pullStart, m_led));
    else if (m_hovered >= 0)
        m_loom->setCallout(hoverCallout(
            m_workspace, m_stops, LayerId(m_hovered),
            m_loom->isCut(m_hovered) ? BitLoom::cutText() : QString()));
    else
        m_loom->setCallout({});
}

void LoomPage::beginPull(int bar)
{
    m_led = LayerId(bar);
    m_pulled =
        m_workspace.selection().contains(m_led) ? m_workspace.selection().layers() : std::vector{m_led};
    m_pullStart = m_workspace.document().allocation();
    std::vector<double> ghosts, stops;
    for (const LoomBar& known : m_loom->bars())
        ghosts.push_back(known.bits);
    for (const Stop& stop : m_stops.of(m_led))
        stops.push_back(stop.bits);
    m_loom->setGhosts(std::move(ghosts));
    m_loom->setStops(std::move(stops));
    m_workspace.document().beginGesture(QString());
}

void LoomPage::pull(double bits, Fused fused)
{
    auto& document = m_workspace.document();
    const auto changes = pullTo(m_stops, m_pullStart, document.pinned(), m_pulled, m_led, bits, fused);
    // What was moved before and is not now (Alt pressed in between) goes back.
    Allocation wanted = m_pullStart;
    for (const auto& [layer, choice] : changes)
        wanted[layer] = choice;
    std::vector<AllocationDocument::Change> target;
    for (std::size_t i = 0; i < wanted.layers.size(); ++i)
        if (wanted.layers[i] != document.allocation().layers[i])
            target.emplace_back(LayerId(i), std::move(wanted.layers[i]));
    document.setGestureText(changeTitle(changes));
    target.empty() ? refreshCallout() : document.setChoices(target, {});
}

void LoomPage::endPull(bool keep)
{
    auto& document = m_workspace.document();
    if (!keep) {
        std::vector<AllocationDocument::Change> back;
        for (std::size_t i = 0; i < m_pullStart.layers.size(); ++i)
            back.emplace_back(LayerId(i), m_pullStart.layers[i]);
        document.setChoices(back, {});
    }
    document.endGesture();
    m_loom->setGhosts({});
    m_loom->setStops({});
    refreshCallout();
    m_offerTimer.start();
}

QString LoomPage::changeTitle(const std::vector<AllocationDocument::Change>& changes) const
{
    if (changes.empty())
        return {};
    std::vector<LayerId> layers;
    for (const auto& change : changes)
        layers.push_back(change.first);
    const LayerId led = m_loom->isPulling() ? m_led : m_workspace.selection().current();
    const auto of =
        std::find_if(changes.begin(), changes.end(), [&](const auto& c) { return c.first == led; });
    const auto& [layer, choice] = of != changes.end() ? *of : changes.front();
    return tr("%1 to %2 bits")
        .arg(layersTitle(m_workspace.model(), layers), formatBits(m_stops.bitsOf(layer, choice)));
}

void LoomPage::edit(const std::vector<AllocationDocument::Change>& changes)
{
    m_workspace.document().setChoices(changes, changeTitle(changes));
}

void LoomPage::togglePins()
{
    const std::vector<LayerId> layers = chosen();
    const auto& pinned = m_workspace.document().pinned();
    const bool all =
        std::all_of(layers.begin(), layers.end(), [&](LayerId l) { return pinned[std::size_t(l)]; });
    m_workspace.document().setPinned(layers, !all);
}

void LoomPage::refreshBudget()
{
    if (!m_workspace.hasBudget())
        return m_loom->setBudget(std::nullopt);
    const double bits = budgetToBits(m_workspace.model(), double(m_workspace.goal().budgetBytes));
    const QString text = QLocale().toString(bits, 'f', 2);
    const bool isLeast = m_workspace.goal().budgetBytes == m_workspace.smallestBudget();
    m_loom->setBudget(
        LoomLine{bits, isLeast ? tr("budget %1 bpw, the smallest").arg(text) : tr("budget %1 bpw").arg(text)});
}

void LoomPage::pullBudget(double bits)
{
    Goal goal = m_workspace.goal();
    if (!m_budgetBefore)
        m_budgetBefore = goal.budgetBytes;
    goal.budgetBytes = std::uint64_t(std::max(1.0, std::round(bitsToBudget(m_workspace.model(), bits))));
    m_workspace.setGoal(goal);
}

void LoomPage::endBudget(bool keep)
{
    const auto before = std::exchange(m_budgetBefore, std::nullopt);
    if (!before)
        return; // pressed and let go without a pull
    if (!keep) {
        Goal goal = m_workspace.goal();
        goal.budgetBytes = *before;
        m_workspace.setGoal(goal);
        return;
    }
    m_workspace.requestAllocation();
}

QWidget* makeLoomPage(Workspace& workspace, QWidget* parent)
{
    return new LoomPage(workspace, parent);
}

} // namespace tritloom
