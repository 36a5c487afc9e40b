#include "app/gui/distribution/distribution_page.h"

#include "app/gui/core_words.h"
#include "app/gui/number_text.h"
#include "app/gui/widgets/elided_label.h"
#include "app/gui/widgets/group_map.h"
#include "app/gui/widgets/histogram_view.h"
#include "app/gui/widgets/steady_label.h"
#include "app/gui/widgets/strip_chart.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace tritloom {
namespace {

GroupMapData mapOf(const GroupChoices& choices)
{
    const bool ofBits = choices.kind == GroupGrids::Kind::Bits,
               ofColumns = choices.of == GroupChoices::Of::Columns;
    GroupMapData map;
    map.title = ofColumns ? DistributionPage::tr("Bits of each input column")
        : ofBits
        ? DistributionPage::tr("Bits of each group of %1 weights").arg(choices.groupElements)
        : DistributionPage::tr("Special level of each group of %1 weights").arg(choices.groupElements);
    for (const double grid : choices.grids)
        map.names << (ofBits ? QLocale().toString(grid) : (grid > 0 ? "+" : "") + QLocale().toString(grid));
    map.counts = choices.counts();
    map.colour = [ofBits, grids = choices.grids](const ThemeColors& colors, std::size_t i) {
        constexpr double apart[] = {1, 3, 5, 8, 2, 6, 4, 16}; // hues that are told from each other
        return !ofBits      ? colors.bits(apart[i % std::size(apart)])
            : grids[i] <= 0 ? colors.grid
                            : colors.bits(grids[i]);
    };
    map.across = choices.across;
    map.down = choices.down;
    map.chosen = choices.chosen;
    map.acrossName = ofColumns ? DistributionPage::tr("input %1") : DistributionPage::tr("channel %1");
    if (!ofColumns)
        map.downName = DistributionPage::tr("group %1");
    return map;
}

} // namespace

DistributionPage::DistributionPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_histogram(new HistogramView(this))
    , m_groups(new GroupMap(this))
    , m_rowErrors(new StripChart(tr("Relative error by output channel"), this))
    , m_title(new SteadyLabel(this))
    , m_facts(new SteadyLabel(this))
    , m_sampled(new ElidedLabel({}, this))
    , m_logarithmic(new QCheckBox(tr("&Log counts"), this))
    , m_fits(new QCheckBox(tr("&Fits"), this))
    , m_overlay(new QCheckBox(tr("&Compressed"), this))
    , m_showsGroups(new QCheckBox(tr("&Groups"), this))
    , m_remedy(new QPushButton(this))
{
    setObjectName("distributionPage");
    m_histogram->setObjectName("histogram");
    m_logarithmic->setObjectName("logarithmic");
    m_remedy->setObjectName("remedy");
    m_remedy->hide();
    m_groups->setObjectName("groupMap");
    m_groups->hide();
    m_showsGroups->setObjectName("showsGroups");
    m_showsGroups->setToolTip(tr("What each part of the layer chose, in the place of its values"));
    m_showsGroups->setChecked(true);
    m_showsGroups->hide();
    connect(m_showsGroups, &QCheckBox::toggled, this, &DistributionPage::showGroups);
    m_facts->setWordWrap(true);
    m_facts->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_facts->setRoom({210, 0}); // the page gives it all the height there is
    m_facts->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_fits->setChecked(true);
    m_overlay->setChecked(true);
    for (QCheckBox* const box : {m_logarithmic, m_fits, m_overlay})
        connect(box, &QCheckBox::toggled, this, &DistributionPage::redraw);

    auto* const header = new QHBoxLayout;
    header->addWidget(m_title);
    header->addWidget(m_sampled, 1);
    header->addWidget(m_logarithmic);
    header->addWidget(m_fits);
    header->addWidget(m_overlay);
    header->addWidget(m_showsGroups);
    auto* const left = new QVBoxLayout;
    left->addLayout(header);
    left->addWidget(m_histogram, 1);
    left->addWidget(m_groups, 1);
    left->addWidget(m_rowErrors);
    auto* const right = new QVBoxLayout;
    right->addWidget(m_facts, 1);
    right->addWidget(m_remedy);
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addLayout(left, 1);
    layout->addLayout(right);

    connect(&workspace.selection(), &Selection::changed, this, &DistributionPage::request);
    connect(&workspace.document(), &AllocationDocument::changed, this, &DistributionPage::request);
    connect(&workspace.distribution(), &DistributionController::ready, this, &DistributionPage::show);
    connect(m_remedy, &QPushButton::clicked, this, [this] {
        if (m_shown)
            m_workspace.document().setChoices(
                {{m_shown->layer, m_remedyChoice}},
                tr("%1 to %2")
                    .arg(
                        shortName(m_workspace.model().layer(m_shown->layer)),
                        formatName(m_remedyChoice.format, m_remedyChoice.parameters)));
    });
    request();
}

void DistributionPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    request();
}

void DistributionPage::request()
{
    if (!isVisible())
        return; // asked again when somebody looks
    if (m_workspace.model().layers.empty()) {
        HistogramData nothing;
        nothing.emptyText = tr("The model has no layers that can be compressed.");
        m_histogram->setData(std::move(nothing));
        return;
    }
    const LayerId layer = m_workspace.selection().current();
    const LayerChoice& choice = m_workspace.document().allocation()[layer];
    if (m_shown && m_shown->layer == layer && m_shown->choice == choice && !m_shown->sampled)
        return; // another layer moved
    m_workspace.distribution().request(layer, choice);
}

void DistributionPage::show(const LayerDistribution& distribution)
{
    // While a bar is pulled the map of before stays until the next one comes.
    const bool isAwaited = m_shown && m_shown->layer == distribution.layer && !distribution.compressed
        && !distribution.choice.format.empty() && distribution.failure.isEmpty();
    m_shown = distribution;
    redraw();
    if (distribution.groups)
        m_groups->setData(mapOf(*distribution.groups));
    if (!isAwaited)
        showGroups();
    offerRemedy();
}

void DistributionPage::showGroups()
{
    const bool has = m_shown && m_shown->groups, shown = has && m_showsGroups->isChecked();
    m_showsGroups->setVisible(has);
    m_groups->setVisible(shown);
    m_histogram->setVisible(!shown);
    for (QCheckBox* const box : {m_logarithmic, m_fits, m_overlay})
        box->setVisible(!shown);
}

void DistributionPage::redraw()
{
    if (!m_shown)
        return;
    const Layer& layer = m_workspace.model().layer(m_shown->layer);
    const Distribution& d = m_shown->original;
    m_title->setText(QStringLiteral("<b>%1</b>").arg(shortName(layer)));
    m_sampled->setText(m_shown->sampled ? tr("sampled, the whole follows") : QString());
    HistogramData histogram;
    histogram.emptyText = tr("No finite values.");
    histogram.name =
        layer.storedFormat == "f32" || layer.storedFormat == "f16" || layer.storedFormat == "bf16"
        ? tr("weights")
        : tr("weights, decoded from %1").arg(QString::fromStdString(layer.storedFormat));
    histogram.minimum = d.minimum;
    histogram.binWidth = d.binWidth();
    histogram.bins.assign(d.bins.begin(), d.bins.end());
    histogram.logarithmic = m_logarithmic->isChecked();
    histogram.levels = m_shown->levels;
    if (m_overlay->isChecked() && m_shown->compressed) {
        const Distribution& c = *m_shown->compressed;
        histogram.overlayName = formatName(m_shown->choice.format, m_shown->choice.parameters);
        histogram.overlayMinimum = c.minimum;
        histogram.overlayBinWidth = c.binWidth();
        histogram.overlay.assign(c.bins.begin(), c.bins.end());
    }
    if (m_fits->isChecked() && d.sigma > 0) {
        const auto add = [&](const QString& name, const FittedDensity& fit) {
            HistogramData::Curve curve{name, {}};
            for (std::size_t b = 0; b < d.bins.size(); ++b)
                curve.values.push_back(
                    double(d.count) * d.binWidth()
                    * fit.density(d.minimum + (double(b) + 0.5) * d.binWidth()));
            histogram.curves.push_back(std::move(curve));
        };
        add(tr("generalised Gaussian %1").arg(QLocale().toString(d.generalised.shape, 'f', 2)),
            d.generalised);
        add(tr("Laplace"), d.laplace);
        add(tr("Gaussian"), d.gaussian);
    }
    m_histogram->setData(std::move(histogram));
    m_rowErrors->setEmptyText(
        m_shown->choice.format.empty()   ? tr("None: the layer is kept as stored")
            : m_shown->failure.isEmpty() ? tr("Being measured…")
                                         : tr("The layer could not be compressed"));
    m_rowErrors->setValues(m_shown->rowErrors, tr("channel %1"));

    QString facts = "<table cellspacing=3>";
    const auto row = [&](const QString& name, const QString& value) {
        facts += QString("<tr><td>%1&nbsp;&nbsp;</td><td align=right><b>%2</b></td></tr>")
                     .arg(QString(name).replace(" σ", QChar(QChar::Nbsp) + QStringLiteral("σ")), value);
    };
    row(tr("Shape"), shapeText(layer));
    row(tr("Smallest"), formatSmall(d.minimum));
    row(tr("Largest"), formatSmall(d.maximum));
    row(tr("Mean"), formatSmall(d.mean));
    row(tr("Sigma"), formatSmall(d.sigma));
    row(tr("Kurtosis"), QLocale().toString(d.kurtosis, 'f', 1));
    row(tr("Beyond 4 σ"), formatShare(d.outlierShare));
    row(tr("Zeros"), formatShare(d.zeroShare));
    if (d.nanCount + d.infiniteCount > 0)
        row(tr("Not finite"), QString::number(d.nanCount + d.infiniteCount));
    const std::pair<QString, double> fits[] = {
        {tr("Gaussian"), d.gaussian.logLikelihood},
        {tr("Laplace"), d.laplace.logLikelihood},
        {tr("Generalised Gaussian"), d.generalised.logLikelihood}};
    const auto* const best = std::ranges::max_element(fits, {}, &std::pair<QString, double>::second);
    row(tr("Best fit"), d.sigma > 0 ? best->first : tr("none"));
    if (m_shown->compressed) {
        row(tr("Format"), formatTitle(layer, m_shown->choice));
        row(tr("Weight error"), formatShare(m_shown->error.weight));
        row(tr("By activations"), formatShare(m_shown->error.activation));
        if (!m_shown->levels.empty())
            row(tr("Clipped"), formatShare(m_shown->clippedShare));
    }
    const auto coded = [&](const QString& name, double CodeLength::*bits) {
        if (!m_shown->originalCode)
            return;
        QString text = QLocale().toString((*m_shown->originalCode).*bits, 'f', 1);
        if (m_shown->compressedCode)
            text += QStringLiteral(" → ") + QLocale().toString((*m_shown->compressedCode).*bits, 'f', 1);
        row(name, text);
    };
    coded(tr("Entropy, bits"), &CodeLength::entropyBits);
    coded(tr("Exp-Golomb, bits"), &CodeLength::codeBits);
    facts += "</table>";
    if (!m_shown->failure.isEmpty())
        facts += "<p>" + coreWords(m_shown->failure).toHtmlEscaped() + "</p>";
    else if (!m_shown->compressed && m_shown->choice.format.empty())
        facts += "<p>" + tr("Kept as stored. Choose a format to see its levels and its error.") + "</p>";
    m_facts->setText(facts);
}

void DistributionPage::offerRemedy()
{
    m_remedy->hide();
    if (!m_shown->compressed || m_shown->sampled)
        return;
    // The next larger stop is what a layer with a large error is offered.
    const auto stops = m_workspace.stopsOf(m_shown->layer);
    const auto now = std::find(stops.begin(), stops.end(), m_shown->choice);
    if (now == stops.end() || now + 1 == stops.end() || (now + 1)->format.empty())
        return;
    if (m_shown->error.activation < 0.02 && m_shown->clippedShare < 0.01)
        return;
    m_remedyChoice = *(now + 1);
    m_remedy->setText(tr("Raise to %1").arg(formatName(m_remedyChoice.format, m_remedyChoice.parameters)));
    m_remedy->setToolTip(
        tr("The error is %1 by activations, %2 of the weights are clipped.")
            .arg(formatShare(m_shown->error.activation), formatShare(m_shown->clippedShare)));
    m_remedy->show();
}

QWidget* makeDistributionPage(Workspace& workspace, QWidget* parent)
{
    return new DistributionPage(workspace, parent);
}

} // namespace tritloom
