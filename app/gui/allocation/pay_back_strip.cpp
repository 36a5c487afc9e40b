#include "app/gui/allocation/pay_back_strip.h"

#include "app/gui/number_text.h"
#include "app/gui/widgets/elided_label.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace tritloom {

PayBackStrip::PayBackStrip(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_row(new QHBoxLayout(this))
    , m_caption(new ElidedLabel({}, this))
{
    setObjectName(QStringLiteral("payBackStrip"));
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(6);
    m_row->setSizeConstraint(QLayout::SetNoConstraint); // chips never widen the window
    m_caption->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred); // the chips stand beside it
    m_caption->setForegroundRole(QPalette::PlaceholderText);
    m_row->addWidget(m_caption);
    m_row->addStretch(1);
    setMinimumHeight(28);
    refresh();
}

void PayBackStrip::refresh()
{
    m_chips.clear();
    for (QPushButton* const old : findChildren<QPushButton*>(QString(), Qt::FindDirectChildrenOnly)) {
        m_row->removeWidget(old);
        old->hide();
        old->deleteLater(); // one of them may be the one that was just pressed
    }
    const auto offers = m_workspace.payBacks();
    const SensitivityTable& table = m_workspace.sensitivity().table();
    const bool measured = table.knownCount() > 0;
    m_caption->setText(
        !offers.empty() ? tr("Win back:")
            : !measured ? tr("Offers to win back quality appear here once sensitivity has been measured")
                        : QString());
    int at = 1;
    for (const Workspace::PayBack& offer : offers) {
        const Layer& layer = m_workspace.model().layer(offer.layer);
        const QString name = shortName(layer), format = formatTitle(layer, offer.choice),
                      text = tr("%1 to %2: %3, wins back %4")
                                 .arg(
                                     name, format, formatByteChange(offer.extraBytes),
                                     formatShare(offer.gainShare));
        auto* const button = new QPushButton(text, this);
        button->setAccessibleName(text);
        button->setProperty("chip", true);
        button->setToolTip(
            text + QLatin1Char('\n')
            + tr("Predicted: lowers the divergence by %1").arg(formatSmall(offer.gainKl)));
        connect(button, &QPushButton::clicked, this, [this, offer] {
            const Layer& what = m_workspace.model().layer(offer.layer);
            m_workspace.document().setChoices(
                {{offer.layer, offer.choice}},
                tr("%1 to %2").arg(shortName(what), formatTitle(what, offer.choice)));
        });
        m_row->insertWidget(at++, button);
        m_chips.push_back({button, text, tr("%1 to %2").arg(name, format)});
    }
    showWhatFits();
}

void PayBackStrip::showWhatFits()
{
    const auto show = [this](QString Chip::*text) {
        int used = m_caption->sizeHint().width();
        for (const Chip& chip : m_chips) {
            chip.button->setText(chip.*text);
            used += chip.button->sizeHint().width() + m_row->spacing();
            chip.button->setVisible(used <= width());
        }
        return m_chips.empty() || !m_chips.front().button->isHidden();
    };
    if (!show(&Chip::text)) // better in few words than none
        m_caption->setHidden(!show(&Chip::shorter));
    else
        m_caption->show();
}

void PayBackStrip::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    showWhatFits();
}

} // namespace tritloom
