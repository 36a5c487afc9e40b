// What stands above the pictures, and in their place while there are none.
#include "app/gui/pictures/pictures_page.h"
#include "app/gui/pictures/planes_view.h"
#include "app/gui/widgets/elided_label.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace tritloom {

void PicturesPage::makeEmpty()
{
    auto* const empty = new QWidget(this);
    auto* const column = new QVBoxLayout(empty);
    m_emptyText->setObjectName(QStringLiteral("picturesEmpty"));
    m_emptyText->setWordWrap(true);
    m_emptyText->setAlignment(Qt::AlignCenter);
    auto* const choose = new QPushButton(tr("Choose pictures…"), empty);
    choose->setObjectName(QStringLiteral("choosePictures"));
    choose->setProperty("primary", true);
    choose->setVisible(m_workspace.model().picture.has_value());
    connect(choose, &QPushButton::clicked, this, &PicturesPage::choosePictures);
    column->addStretch(1);
    column->addWidget(m_emptyText);
    column->addWidget(choose, 0, Qt::AlignHCenter);
    column->addStretch(1);
    m_whole->addWidget(empty);
}

void PicturesPage::makeHeader(QVBoxLayout& column)
{
    m_choose->setObjectName(QStringLiteral("picturesOptions"));
    m_choose->setToolTip(tr("Other pictures, labels, sizes, seeds; or drop pictures on the window"));
    m_state->setObjectName(QStringLiteral("pictureState"));
    m_state->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred); // gives way before the page scrolls
    m_worstFirst->setObjectName(QStringLiteral("worstFirst"));
    m_worstFirst->setText(isClassifier() ? tr("Flips first") : tr("Worst first"));
    m_worstFirst->setChecked(isClassifier());
    m_worstFirst->setToolTip(
        isClassifier()
            ? tr("Pictures whose class changes come first, then those whose output moved most; else "
                 "the order of the set")
            : tr("Pictures that are furthest from the original come first; else the order of the set"));
    m_notices->setObjectName(QStringLiteral("pictureNotices"));
    m_notices->setForegroundRole(QPalette::PlaceholderText);
    m_pixel->setObjectName(QStringLiteral("pixelText"));
    m_pixel->setForegroundRole(QPalette::PlaceholderText);
    m_pixel->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_pixel->hide();
    m_flip->setObjectName(QStringLiteral("pictureFlip"));
    m_flip->setToolTip(
        tr("While it is held, or the space bar: the original’s picture in the place of the compressed one"));
    m_wipe->setObjectName(QStringLiteral("pictureWipe"));
    m_wipe->setAccessibleName(tr("Wipe between compressed and original"));
    m_wipe->setToolTip(m_wipe->accessibleName());
    m_wipe->setRange(0, 100);
    m_wipe->setValue(50);
    m_wipe->setFixedWidth(40);
    m_steps->setObjectName(QStringLiteral("previewSteps"));
    m_steps->setAccessibleName(tr("Steps of the preview"));
    m_steps->setSuffix(tr(" steps"));
    m_steps->setToolTip(
        tr("Of the sampler, here alone: quality is measured with the steps that the dialog says"));
    m_steps->setKeyboardTracking(false);
    m_moreSteps->setObjectName(QStringLiteral("moreSteps"));
    auto* const fit = new QPushButton(tr("Fit"), this);
    fit->setToolTip(tr("The whole picture; 0 in a picture"));
    auto* const pixels = new QPushButton(tr("1:1"), this);
    pixels->setToolTip(tr("A pixel of the picture is one of the screen; 1 in a picture"));
    auto* const header = new QHBoxLayout;
    header->setSpacing(6);
    header->addWidget(m_choose);
    header->addWidget(m_state);
    header->addWidget(m_notices, 1);
    header->addWidget(m_pixel, 2); // beside the table of figures it would cover their last columns
    header->addWidget(m_steps);
    header->addWidget(m_moreSteps);
    for (QWidget* const widget :
         {static_cast<QWidget*>(m_wipe), static_cast<QWidget*>(m_flip), static_cast<QWidget*>(fit),
          static_cast<QWidget*>(pixels)}) {
        header->addWidget(widget);
        widget->setVisible(!isClassifier());
    }
    column.addLayout(header);
    connect(m_choose, &QPushButton::clicked, this, &PicturesPage::choosePictures);
    connect(m_flip, &QPushButton::pressed, m_planes, [this] { m_planes->setFlipped(true); });
    connect(m_flip, &QPushButton::released, m_planes, [this] { m_planes->setFlipped(false); });
    connect(
        m_wipe, &QSlider::valueChanged, m_planes, [this](int value) { m_planes->setWipe(value / 100.0); });
    connect(m_planes, &PlanesView::wipeMoved, m_wipe, [this](double fraction) {
        m_wipe->setValue(int(fraction * 100));
    });
    connect(fit, &QPushButton::clicked, m_planes, &PlanesView::fit);
    connect(pixels, &QPushButton::clicked, m_planes, &PlanesView::showPixels);
    connect(m_steps, &QSpinBox::valueChanged, this, &PicturesPage::requestPreview);
    connect(m_moreSteps, &QPushButton::clicked, this, &PicturesPage::moreSteps);
    connect(m_planes, &PlanesView::pixelHovered, m_pixel, [this](const QString& text) {
        m_pixel->setText(text);
        m_pixel->setVisible(!text.isEmpty());
    });
    connect(m_planes, &PlanesView::mapChosen, this, &PicturesPage::requestPreview);
    connect(m_worstFirst, &QCheckBox::toggled, this, [this](bool worst) {
        m_follows = m_follows || worst; // who sorts wants to see what came to the top
        m_asked = true;
        sort();
    });
}

} // namespace tritloom
