#include "app/gui/evaluation/speed_card.h"

#include "app/gui/core_words.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/gently.h"
#include "core/sensitivity/cost_model.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

namespace tritloom {
namespace {

QString rateText(double tokensPerSecond)
{
    return QLocale().toString(tokensPerSecond, 'f', tokensPerSecond < 100 ? 1 : 0);
}

QString energyText(double joules)
{
    static constexpr std::pair<double, const char*> units[] = {
        {1, "J"}, {1e-3, "mJ"}, {1e-6, "µJ"}, {1e-9, "nJ"}};
    for (const auto& [size, unit] : units)
        if (joules >= size)
            return QStringLiteral("%1 %2").arg(
                QLocale().toString(joules / size, 'g', 3), QString::fromUtf8(unit));
    return QStringLiteral("0 J");
}

} // namespace

SpeedCard::SpeedCard(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_card(new Card(tr("Speed, one sequence on this machine"), this))
    , m_measure(new QPushButton(this))
{
    setObjectName(QStringLiteral("speedCard"));
    const Card::Row estimated = m_card->addNamedRow(tr("Decode, memory’s limit"));
    m_estimatedName = estimated.name;
    m_estimated = estimated.figure;
    m_measured = m_card->addRow(tr("Decode, measured"));
    m_energy = m_card->addRow(tr("Energy a token"));
    m_estimated->setObjectName(QStringLiteral("decodeEstimated"));
    m_measured->setObjectName(QStringLiteral("decodeMeasured"));
    m_energy->setObjectName(QStringLiteral("energy"));
    m_measure->setObjectName(QStringLiteral("measureDecode"));
    m_card->column()->addWidget(m_measure, 0, Qt::AlignLeft);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_card);
    const bool decodes = workspace.engine().whyNotEvaluated().empty() && !workspace.model().picture;
    setVisible(decodes);
    // Whoever takes a picture waits for the probe of the memory.
    const auto probes = [this, decodes] {
        setProperty(
            "busy",
            decodes && !m_workspace.speed().readSpeed().isKnown()
                && !m_workspace.engine().options().device.starts_with("vulkan"));
    };
    connect(&workspace.speed(), &SpeedController::changed, this, probes);

    SpeedController& speed = workspace.speed();
    connect(m_measure, &QPushButton::clicked, this, [this, &speed] {
        m_why.clear();
        speed.isRunning() ? speed.cancel() : speed.measure(shown());
    });
    connect(&speed, &SpeedController::changed, this, &SpeedCard::refresh);
    connect(&speed, &SpeedController::failed, this, [this](const QString& why) {
        m_why = coreWords(why);
        refresh();
    });
    connect(
        &workspace.document(), &AllocationDocument::changed, this,
        gently(
            this, [this] { return m_workspace.document().inGesture(); }, [this] { refresh(); }));
    connect(&workspace, &Workspace::goalChanged, this, &SpeedCard::refresh);
    if (decodes)
        speed.needReadSpeed();
    probes();
    refresh();
    // The style sheet, which comes after this, would take the figure's colour.
    QMetaObject::invokeMethod(this, &SpeedCard::refresh, Qt::QueuedConnection);
}

void SpeedCard::showOriginal(bool original)
{
    m_original = original;
    refresh();
}

Allocation SpeedCard::shown() const
{
    return m_original ? m_workspace.model().original() : m_workspace.document().allocation();
}

void SpeedCard::refresh()
{
    const SpeedController& speed = m_workspace.speed();
    const std::size_t context = m_workspace.goal().contextLength;
    const Allocation allocation = shown();
    const auto base = m_workspace.engine().base();
    const auto loadOf = [&](const Allocation& chosen, std::size_t tokens) {
        return decodeLoad(m_workspace.model(), chosen, tokens, m_workspace.methods(), base.get());
    };
    const DecodeLoad empty = loadOf(allocation, 0), full = loadOf(allocation, context),
                     original = loadOf(m_workspace.model().original(), 0);
    if (const ReadSpeed& read = speed.readSpeed(); read.isKnown()) {
        const double bandwidth = read.of(empty.bytes());
        const auto besides = speed.overhead();
        const auto rate = [&](const DecodeLoad& load) {
            return rateText(1 / (load.bytes() / read.of(load.bytes()) + besides.value_or(0)));
        };
        m_estimatedName->setText(besides ? tr("Decode, estimated") : tr("Decode, memory’s limit"));
        m_estimated->setText((besides ? tr("≈ %1 tok/s") : tr("≤ %1 tok/s")).arg(rate(empty)));
        m_estimated->setToolTip(
            tr("From how fast this machine reads so many bytes, %1 GB/s measured: no token comes faster than "
               "the weights can be read. %2 tok/s once %3 tokens are cached.")
                .arg(
                    QLocale().toString(bandwidth / 1e9, 'f', 1), rate(full),
                    QLocale().toString(qulonglong(context)))
            + QLatin1Char(' ')
            + (besides ? tr("%1 a token are added for what is not reading, as last measured.")
                             .arg(QLocale().toString(*besides * 1e6, 'f', 0) + QStringLiteral(" µs"))
                       : tr("A small model stays far below this limit: what stands between the products "
                            "counts more than reading. Measured once, it is counted in.")));
    } else {
        const bool ownMemory = m_workspace.engine().options().device.starts_with("vulkan");
        m_estimated->setText(ownMemory ? QStringLiteral("–") : QStringLiteral("…"));
        m_estimated->setToolTip(
            ownMemory ? tr("The bandwidth of this device is not known; measure instead")
                      : tr("The memory's bandwidth is being measured"));
    }
    const auto known = speed.measuredOf(allocation);
    m_measured->setText(
        speed.isRunning() ? tr("measuring, %1 %").arg(int(speed.fraction() * 100))
            : known       ? tr("%1 tok/s").arg(rateText(known->tokensPerSecond))
                          : tr("not yet"));
    m_measured->setToolTip(
        known ? tr("Median of %1 tokens made by this program on this device; a tenth came faster than %2 "
                   "tok/s, a tenth "
                   "slower than %3")
                    .arg(known->tokens)
                    .arg(rateText(known->fastest), rateText(known->slowest))
              : m_why);
    QPalette tinted = m_measured->palette();
    const QColor color = known && !speed.isRunning() ? palette().color(QPalette::WindowText)
                                                     : themeColors(palette()).mutedText;
    if (tinted.color(QPalette::WindowText) != color) {
        tinted.setColor(QPalette::WindowText, color);
        m_measured->setPalette(tinted);
    }
    const double share = original.joules() > 0 ? empty.joules() / original.joules() : 1;
    m_energy->setText(tr("%1 · %2 %").arg(energyText(empty.joules())).arg(int(share * 100 + 0.5)));
    m_energy->setToolTip(tr("Estimate from published figures of a 45 nm process: %1 for reading memory, %2 "
                            "for arithmetic. Good for "
                            "comparing with the original (100 %), not for a bill.")
                             .arg(energyText(empty.memoryJoules), energyText(empty.arithmeticJoules)));
    m_measure->setText(
        speed.isRunning() ? tr("Stop")
            : known       ? tr("Measure the speed again")
                          : tr("Measure the speed"));
}

} // namespace tritloom
