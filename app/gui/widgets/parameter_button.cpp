#include "app/gui/widgets/parameter_button.h"

#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/parameter_form.h"

#include <QDialog>
#include <QEvent>
#include <QPainter>
#include <QScreen>

#include <algorithm>

namespace tritloom {
namespace {

constexpr int popupWidth = 340;

} // namespace

ParameterButton::ParameterButton(QWidget* parent)
    : QToolButton(parent)
{
    setToolButtonStyle(Qt::ToolButtonIconOnly);
    setIconSize({16, 16});
    setProperty("compact", true);
    connect(this, &QToolButton::clicked, this, &ParameterButton::open);
    refresh();
}

void ParameterButton::setPlugin(
    const QString& title, std::vector<ParameterSpec> specs, const Parameters& values)
{
    m_title = title;
    m_specs = std::move(specs);
    m_values = values;
    refresh();
}

void ParameterButton::refresh()
{
    const auto count = int(m_values.size());
    setIcon(themeIcon("settings", themeColors(palette()).dark ? Theme::Dark : Theme::Light));
    setText(count == 0 ? QString() : QString::number(count));
    update();
    setEnabled(!m_specs.empty());
    setAccessibleName(m_title.isEmpty() ? tr("Settings") : tr("Settings of %1").arg(m_title));
    setToolTip(
        m_title.isEmpty()     ? QString()
            : m_specs.empty() ? tr("%1 has nothing to set").arg(m_title)
            : count == 0      ? tr("Settings of %1: all standard").arg(m_title)
                              : tr("Settings of %1: %n not standard", nullptr, count).arg(m_title));
}

void ParameterButton::open()
{
    auto* const popup = new QDialog(this, Qt::Popup);
    popup->setObjectName(QStringLiteral("parameterPopup"));
    popup->setAttribute(Qt::WA_DeleteOnClose);
    popup->setWindowTitle(accessibleName());
    auto* const frame = new Card(accessibleName(), popup);
    auto* const form = new ParameterForm(frame);
    form->setSpecs(m_specs, m_values);
    frame->column()->addWidget(form);
    auto* const column = new QVBoxLayout(popup);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(frame);
    connect(popup, &QDialog::finished, this, [this, form] {
        if (const Parameters values = form->values(); values != m_values) {
            m_values = values;
            refresh();
            emit chosen();
        }
    });
    popup->setFixedWidth(popupWidth);
    popup->adjustSize();
    QPoint at = mapToGlobal(QPoint(0, height() + 2));
    const QRect room = screen()->availableGeometry();
    at.setX(std::clamp(at.x(), room.left(), std::max(room.left(), room.right() - popup->width())));
    if (at.y() + popup->height() > room.bottom())
        at.setY(std::max(room.top(), mapToGlobal(QPoint(0, 0)).y() - popup->height() - 2));
    popup->move(at);
    popup->show();
    if (auto* const first = form->findChild<QWidget*>(
            QStringLiteral("parameter.") + QString::fromStdString(m_specs.front().key)))
        first->setFocus();
}

void ParameterButton::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        refresh();
    QToolButton::changeEvent(event);
}

void ParameterButton::paintEvent(QPaintEvent* event)
{
    QToolButton::paintEvent(event);
    if (m_values.empty())
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(themeColors(palette()).accent);
    painter.drawEllipse(QPointF(width() - 7, 7), 3, 3);
}

} // namespace tritloom
