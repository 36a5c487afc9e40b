#include "app/gui/widgets/banner.h"

#include "app/gui/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace tritloom {

Banner::Banner(QWidget* parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
{
    setObjectName(QStringLiteral("banner"));
    m_text->setObjectName(QStringLiteral("bannerText"));
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText); // sentences carry file names
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* const close = new QPushButton(tr("Close"), this);
    close->setObjectName(QStringLiteral("bannerClose"));
    close->setProperty("flat", true);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, 8, 6);
    row->addWidget(m_icon);
    row->addWidget(m_text, 1);
    row->addWidget(close);
    hide();
}

void Banner::show(const QString& sentence, Kind kind)
{
    m_kind = kind;
    const ThemeColors colors = themeColors(palette());
    const QColor color = kind == Kind::Error ? colors.bad
        : kind == Kind::Warning              ? colors.warning
                                             : colors.accent;
    m_icon->setText(
        QStringLiteral("<b style='color:%1'>%2</b>")
            .arg(color.name(), kind == Kind::Information ? QStringLiteral("i") : QStringLiteral("!")));
    m_text->setText(sentence);
    setStyleSheet(QStringLiteral("QFrame#banner { background: %1; border: none; border-left: 4px solid %2; }")
                      .arg(colors.panel.name(), color.name()));
    setVisible(true);
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void Banner::hideError()
{
    if (m_kind == Kind::Error)
        hide();
}

QString Banner::sentence() const
{
    return isHidden() ? QString() : m_text->text();
}

} // namespace tritloom
