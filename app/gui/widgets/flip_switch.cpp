#include "app/gui/widgets/flip_switch.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPushButton>

namespace tritloom {

FlipSwitch::FlipSwitch(QWidget* parent)
    : QWidget(parent)
    , m_original(new QPushButton(tr("Original"), this))
    , m_compressed(new QPushButton(tr("Compressed"), this))
{
    setObjectName(QStringLiteral("flipSwitch"));
    m_original->setObjectName(QStringLiteral("flipOriginal"));
    m_compressed->setObjectName(QStringLiteral("flipCompressed"));
    auto* const group = new QButtonGroup(this); // exclusive
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    for (QPushButton* const button : {m_original, m_compressed}) {
        button->setCheckable(true);
        button->setToolTip(
            tr("Show bars and figures of the original or of the compressed model (Space in the loom)"));
        group->addButton(button);
        row->addWidget(button, 1);
    }
    m_compressed->setChecked(true);
    connect(m_original, &QPushButton::clicked, this, [this] { emit chosen(true); });
    connect(m_compressed, &QPushButton::clicked, this, [this] { emit chosen(false); });
}

void FlipSwitch::setOriginal(bool original)
{
    (original ? m_original : m_compressed)->setChecked(true);
}

} // namespace tritloom
