#include "app/gui/sensitivity/sensitivity_page.h"

#include "app/gui/core_words.h"
#include "app/gui/notice.h"
#include "app/gui/number_text.h"
#include "app/gui/plugin_words.h"
#include "app/gui/widgets/heat_legend.h"
#include "app/gui/widgets/heat_map.h"
#include "app/gui/widgets/parameter_button.h"
#include "app/gui/widgets/quiet_progress.h"
#include "app/gui/window_wiring.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <map>

namespace tritloom {
namespace {

constexpr double decades = 6; ///< of the colour scale at most

/// "int4g112" is what "int4row" means for rows of 112, and no other format.
bool isMeant(const std::string& heading, const std::string& format)
{
    const std::size_t row = heading.find("row");
    return format == heading
        || (row != std::string::npos && format.starts_with(heading.substr(0, row) + "g"));
}

} // namespace

SensitivityPage::SensitivityPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_map(new HeatMap(this))
    , m_legend(new HeatLegend(this))
    , m_source(new QComboBox(this))
    , m_quantity(new QComboBox(this))
    , m_settings(new ParameterButton(this))
    , m_allocates(new QCheckBox(tr("Allocate by it"), this))
    , m_run(new QPushButton(this))
    , m_progress(new QProgressBar(this))
    , m_state(new QLabel(this))
{
    setObjectName("sensitivityPage");
    m_map->setObjectName("heatMap");
    m_run->setObjectName("runSweep");
    m_map->setAccessibleName(tr("Sensitivity of layers to formats"));
    m_quantity->setAccessibleName(tr("What the map shows"));
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    const bool nats = isInNats(workspace.model());
    m_quantity->addItem(nats ? tr("KL divergence, measured") : tr("Divergence, measured"), int(Shown::Kl));
    m_quantity->addItem(
        nats ? tr("KL divergence per megabyte kept") : tr("Divergence per megabyte kept"),
        int(Shown::KlPerByte));
    m_quantity->addItem(tr("Weight error"), int(Shown::WeightError));
    m_quantity->addItem(tr("Weight error by activations"), int(Shown::ActivationError));
    m_progress->setMaximumWidth(160);
    m_progress->setTextVisible(false);
    auto* const header = new QHBoxLayout;
    header->addWidget(m_source);
    header->addWidget(m_quantity);
    header->addWidget(m_settings);
    header->addWidget(m_allocates);
    header->addStretch(1);
    header->addWidget(m_progress);
    header->addWidget(m_run);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addLayout(header);
    auto* const below = new QHBoxLayout;
    below->addWidget(m_state, 1);
    below->addWidget(m_legend);
    layout->addLayout(below);
    layout->addWidget(m_map, 1);

    m_map->setWords(
        [this](int row, int column) { return textOf(LayerId(std::uint32_t(row)), column); },
        [this](int row, int column) { return tipOf(LayerId(std::uint32_t(row)), column); });
    m_map->setNotes(
        [this](int row, int column) { return otherFormat(std::size_t(row), std::size_t(column)); });
    m_map->setColour([this](const ThemeColors& colors, int, int column, double fraction) {
        return isFurther(column) ? colors.panel : colors.heat(fraction); // no cost, so no colour of one
    });
    m_legend->setToolTip(
        tr("Colours are logarithmic. A cell with a corner stands for another format than its heading: the "
           "layer’s rows do not divide into that format’s blocks, and the cell’s tooltip says what takes its "
           "place."));
    m_soon.setSingleShot(true);
    m_soon.setInterval(100);
    connect(&m_soon, &QTimer::timeout, this, &SensitivityPage::showState);
    SensitivityController& sensitivity = workspace.sensitivity();
    connect(m_quantity, &QComboBox::currentIndexChanged, this, &SensitivityPage::repaintCells);
    connect(m_run, &QPushButton::clicked, this, &SensitivityPage::toggleRun);
    makeSources();
    connect(&sensitivity, &SensitivityController::tableChanged, this, &SensitivityPage::rebuild);
    connect(&sensitivity, &SensitivityController::runningChanged, this, &SensitivityPage::showState);
    connect(&sensitivity, &SensitivityController::cellMeasured, this, [this](LayerId layer, int candidate) {
        showCell(layer, candidate);
        if (!m_soon.isActive())
            m_soon.start();
    });
    connect(&sensitivity, &SensitivityController::failed, this, [this](const QString& why) {
        showNotice(this, coreWords(why));
    });
    m_marksSoon.setSingleShot(true); // a pull of many bars is drawn by the loom, this follows
    m_marksSoon.setInterval(60);
    connect(&m_marksSoon, &QTimer::timeout, this, &SensitivityPage::showMarks);
    connect(&workspace.document(), &AllocationDocument::changed, this, [this] {
        if (!m_workspace.document().inGesture())
            showMarks();
        else if (!m_marksSoon.isActive())
            m_marksSoon.start();
    });
    connect(&workspace.selection(), &Selection::changed, this, [this] {
        m_map->setCurrentRow(int(m_workspace.selection().current()));
    });
    connect(m_map, &HeatMap::rowClicked, this, [this](int row) {
        m_workspace.selection().setSingle(LayerId(std::uint32_t(row)));
    });
    connect(m_map, &HeatMap::cellActivated, this, [this](int row, int column) {
        if (isFurther(column))
            return;
        const LayerChoice& choice =
            m_workspace.sensitivity().table().cells[std::size_t(row)][std::size_t(column)].choice;
        const LayerId layer{std::uint32_t(row)};
        m_workspace.document().setChoices(
            {{layer, choice}},
            tr("%1 to %2")
                .arg(
                    shortName(m_workspace.model().layer(layer)),
                    formatName(choice.format, choice.parameters)));
    });
    rebuild();
}

double SensitivityPage::valueOf(LayerId layer, int candidate) const
{
    if (!isMeasured()) {
        const MetricScores* const known = scores();
        return known != nullptr ? known->costs[std::size_t(layer)][std::size_t(candidate)] : std::nan("");
    }
    const SensitivityCell& cell =
        m_workspace.sensitivity().table().cells[std::size_t(layer)][std::size_t(candidate)];
    if (!cell.known)
        return std::nan("");
    switch (Shown(m_quantity->currentData().toInt())) {
    case Shown::WeightError:
        return cell.weightError;
    case Shown::ActivationError:
        return cell.activationError;
    case Shown::KlPerByte: {
        const double saved = double(m_workspace.model().layer(layer).storedBytes) - double(cell.bytes);
        return saved > 0 ? std::max(0.0, cell.kl.value) / saved * 1e6 : std::nan("");
    }
    case Shown::Kl:
        break;
    }
    return std::max(0.0, cell.kl.value);
}

void SensitivityPage::rebuild()
{
    QStringList rows, columns;
    for (const Layer& layer : m_workspace.model().layers)
        rows << shortName(layer);
    // A column is called what most of its cells stand for; the others have a mark.
    const SensitivityTable& table = m_workspace.sensitivity().table();
    m_headings.clear();
    for (std::size_t c = 0; c < table.candidates.size(); ++c) {
        const std::string& asked = table.candidates[c].format;
        std::map<std::string, std::size_t> counts;
        for (const std::vector<SensitivityCell>& cells : table.cells)
            ++counts[isMeant(asked, cells[c].choice.format) ? asked : cells[c].choice.format];
        const auto most =
            std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
        m_headings.push_back(counts.empty() ? asked : most->first);
        columns << formatName(m_headings.back(), table.candidates[c].parameters);
    }
    if (const MetricScores* const known = scores(); known != nullptr && !known->further.title.empty())
        columns << coreWords(known->further.title);
    m_map->setHeaders(rows, columns);
    m_map->setCurrentRow(rows.isEmpty() ? -1 : int(m_workspace.selection().current()));
    repaintCells();
    showMarks();
    showState();
}

// The scale is logarithmic over what is measured: a factor of ten is a step of the ramp everywhere.
void SensitivityPage::repaintCells()
{
    const SensitivityTable& table = m_workspace.sensitivity().table();
    m_low = 1e9;
    m_high = -1e9;
    for (std::size_t layer = 0; layer < table.cells.size(); ++layer)
        for (std::size_t c = 0; c < table.cells[layer].size(); ++c)
            if (const double value = valueOf(LayerId(layer), int(c)); value > 0) {
                m_low = std::min(m_low, std::log10(value));
                m_high = std::max(m_high, std::log10(value));
            }
    m_low = std::max(m_low, m_high - decades);
    for (std::size_t layer = 0; layer < table.cells.size(); ++layer)
        for (std::size_t c = 0; c < table.candidates.size(); ++c)
            paintCell(LayerId(layer), int(c));
    if (const std::vector<double>* const numbers = furtherNumbers())
        for (std::size_t layer = 0; layer < numbers->size(); ++layer)
            m_map->setCell(int(layer), int(table.candidates.size()), 1);
    showLegend();
}

void SensitivityPage::showCell(LayerId layer, int candidate)
{
    const double value = valueOf(layer, candidate);
    // The first cells set the range, later ones widen it.
    if (value > 0 && (std::log10(value) > m_high || (std::log10(value) < m_low && m_low > m_high - decades)))
        repaintCells();
    else
        paintCell(layer, candidate);
}

void SensitivityPage::paintCell(LayerId layer, int candidate)
{
    const double value = valueOf(layer, candidate);
    m_map->setCell(
        int(layer), candidate,
        std::isnan(value)                   ? value
            : value <= 0 || m_high <= m_low ? 0
                                            : (std::log10(value) - m_low) / (m_high - m_low));
}

const std::vector<double>* SensitivityPage::furtherNumbers() const
{
    const MetricScores* const known = scores();
    return known != nullptr && !known->further.title.empty() ? &known->further.values : nullptr;
}

bool SensitivityPage::isFurther(int column) const
{
    return column >= int(m_workspace.sensitivity().table().candidates.size());
}

QString SensitivityPage::otherFormat(std::size_t layer, std::size_t candidate) const
{
    if (isFurther(int(candidate)))
        return {};
    const LayerChoice& choice = m_workspace.sensitivity().table().cells[layer][candidate].choice;
    return choice.format.empty() || isMeant(m_headings[candidate], choice.format)
        ? QString()
        : formatName(choice.format, choice.parameters);
}

void SensitivityPage::showLegend()
{
    const SensitivityTable& table = m_workspace.sensitivity().table();
    bool other = false;
    for (std::size_t layer = 0; layer < table.cells.size() && !other; ++layer)
        for (std::size_t c = 0; c < table.candidates.size() && !other; ++c)
            other = !otherFormat(layer, c).isEmpty();
    m_legend->setNote(other ? tr("another format") : QString());
    if (m_high < m_low)
        m_legend->setEnds({}, {});
    else
        m_legend->setEnds(formatSmall(std::pow(10, m_low)), formatSmall(std::pow(10, m_high)));
}

QString SensitivityPage::textOf(LayerId layer, int candidate) const
{
    const std::vector<double>* const further = isFurther(candidate) ? furtherNumbers() : nullptr;
    if (isFurther(candidate) && further == nullptr)
        return {};
    const double value = further != nullptr ? (*further)[std::size_t(layer)] : valueOf(layer, candidate);
    return std::isnan(value) ? QString() : formatSmall(value);
}

QString SensitivityPage::tipOf(LayerId layer, int candidate) const
{
    if (isFurther(candidate)) {
        const MetricScores* const known = scores();
        return known == nullptr
            ? QString()
            : QStringLiteral("%1: %2 %3\n%4")
                  .arg(
                      shortName(m_workspace.model().layer(layer)), coreWords(known->further.title),
                      textOf(layer, candidate), coreWords(known->further.meaning));
    }
    const SensitivityCell& cell =
        m_workspace.sensitivity().table().cells[std::size_t(layer)][std::size_t(candidate)];
    QString tip = QString("%1 → %2 (%3)")
                      .arg(
                          shortName(m_workspace.model().layer(layer)),
                          formatName(cell.choice.format, cell.choice.parameters), formatBytes(cell.bytes));
    if (const MetricScores* const known = scores(); known != nullptr) {
        tip += QStringLiteral("\n%1: %2 %3")
                   .arg(coreWords(known->title), textOf(layer, candidate), pluginWords(known->unit));
        if (!known->perLayer.empty())
            tip += "\n" + tr("of the layer itself: %1").arg(formatSmall(known->perLayer[std::size_t(layer)]));
    }
    if (cell.known)
        tip += "\n"
            + (isInNats(m_workspace.model()) ? tr("KL %1 ± %2 nats, measured")
                                             : tr("divergence %1 ± %2, measured"))
                  .arg(formatSmall(cell.kl.value), formatSmall(cell.kl.standardError))
            + "\n"
            + tr("weight error %1, by activations %2")
                  .arg(formatShare(cell.weightError), formatShare(cell.activationError));
    else
        tip += "\n" + (cell.failure.empty() ? tr("not measured yet") : coreWords(cell.failure));
    return tip;
}

void SensitivityPage::showMarks()
{
    const SensitivityTable& table = m_workspace.sensitivity().table();
    std::vector<int> marks(table.cells.size(), -1);
    for (std::size_t layer = 0; layer < table.cells.size(); ++layer)
        for (std::size_t c = 0; c < table.candidates.size(); ++c)
            if (table.cells[layer][c].choice == m_workspace.document().allocation().layers[layer])
                marks[layer] = int(c);
    m_map->setMarks(marks);
}

void SensitivityPage::showState()
{
    m_quantity->setVisible(isMeasured());
    m_settings->setVisible(!isMeasured());
    m_allocates->setVisible(!isMeasured());
    if (!isMeasured()) {
        showMetricState();
        return;
    }
    const SensitivityController& sensitivity = m_workspace.sensitivity();
    const SensitivityTable& table = sensitivity.table();
    const auto known = int(table.knownCount()), total = int(table.cellCount());
    m_progress->setRange(0, std::max(1, total));
    showProgress(*m_progress, known);
    m_progress->setVisible(sensitivity.isRunning());
    m_run->setText(sensitivity.isRunning() ? tr("Stop") : known == 0 ? tr("Measure") : tr("Go on"));
    m_run->setEnabled(known < total);
    m_run->setVisible(known < total); // "Go on" where nothing is left says nothing
    const QString& why = whyNotMeasured(m_workspace);
    if (!why.isEmpty()) {
        m_state->setText(tr("Cannot be measured: %1").arg(why));
        m_run->setEnabled(false);
    } else if (sensitivity.isRunning()) {
        const auto left = sensitivity.timeLeft();
        const QString counted = tr("%1 of %2 cells").arg(known).arg(total);
        m_state->setText(left.count() > 0 ? tr("%1, %2 left").arg(counted, formatDuration(left)) : counted);
    } else if (known == total) {
        m_state->setText(tr("%1 layers × %2 formats measured. Double-click a cell to take it.")
                             .arg(table.cells.size())
                             .arg(table.candidates.size()));
    } else {
        m_state->setText(
            tr("%1 of %2 cells measured: each is the divergence with only that layer compressed.")
                .arg(known)
                .arg(total));
    }
}

QWidget* makeSensitivityPage(Workspace& workspace, QWidget* parent)
{
    return new SensitivityPage(workspace, parent);
}

} // namespace tritloom
