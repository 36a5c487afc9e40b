#include "app/gui/pictures/planes_view.h"

#include "app/gui/number_text.h"
#include "app/gui/pictures/picture_pane.h"
#include "app/gui/pictures/step_plot.h"
#include "app/gui/widgets/elided_label.h"
#include "core/image/maps.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <cmath>

namespace tritloom {
namespace {

enum Left { Original, Given, Target };

// The titles of core/image/maps.cpp, for the translators.
[[maybe_unused]] constexpr const char* mapTitles[] = {
    QT_TRANSLATE_NOOP("PictureMaps", "Difference"), QT_TRANSLATE_NOOP("PictureMaps", "FLIP"),
    QT_TRANSLATE_NOOP("PictureMaps", "SSIM map"), QT_TRANSLATE_NOOP("PictureMaps", "Gradient similarity"),
    QT_TRANSLATE_NOOP("PictureMaps", "Lowest three bits")};

QString mapTitle(std::size_t index)
{
    return QCoreApplication::translate("PictureMaps", errorMaps()[index].title.data());
}

} // namespace

PlanesView::PlanesView(QWidget* parent)
    : QWidget(parent)
    , m_left(new QComboBox(this))
    , m_map(new QComboBox(this))
    , m_original(new PicturePane(m_viewport, this))
    , m_compressed(new PicturePane(m_viewport, this))
    , m_difference(new PicturePane(m_viewport, this))
    , m_steps(new StepPlot(this))
{
    setObjectName(QStringLiteral("planesView"));
    m_original->setObjectName(QStringLiteral("originalPane"));
    m_compressed->setObjectName(QStringLiteral("compressedPane"));
    m_difference->setObjectName(QStringLiteral("differencePane"));
    m_original->setAccessibleName(tr("Picture of the original network"));
    m_compressed->setAccessibleName(tr("Picture of the compressed network"));
    m_difference->setAccessibleName(tr("Map of the difference"));
    m_left->setObjectName(QStringLiteral("leftPicture"));
    m_left->setAccessibleName(tr("Picture on the left"));
    m_map->setObjectName(QStringLiteral("errorMap"));
    m_map->setAccessibleName(tr("Kind of the map"));
    for (std::size_t i = 0; i < errorMaps().size(); ++i)
        m_map->addItem(mapTitle(i));
    for (QComboBox* const choice :
         {m_left, m_map}) { // else the longest of its words decides how wide a picture is
        choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        choice->setMinimumContentsLength(9);
        choice->setMinimumWidth(64); // the three pictures stay of one size
        choice->setProperty("narrow", true); // and words whole
    }

    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    const auto column = [&](QWidget* pane, QWidget* under) {
        auto* const stack = new QVBoxLayout;
        stack->setSpacing(4);
        stack->addWidget(pane, 1);
        stack->addWidget(under);
        row->addLayout(stack, 1);
    };
    column(m_original, m_left);
    auto* const hint = new ElidedLabel(tr("Space flips · wheel zooms all"), this);
    hint->setShorter({tr("Space flips"), QString()}); // gives way to the pictures
    hint->setForegroundRole(QPalette::PlaceholderText);
    column(m_compressed, hint);
    column(m_difference, m_map);
    row->addWidget(m_steps, 1); // beside, so that the three pictures stay of one size
    hint->setFixedHeight(m_map->sizeHint().height());
    m_steps->hide();

    for (QComboBox* const choice : {m_left, m_map}) {
        const auto explain = [choice] { choice->setToolTip(choice->currentText()); };
        connect(choice, &QComboBox::currentTextChanged, choice, explain);
        explain();
    }
    connect(m_left, &QComboBox::currentIndexChanged, this, &PlanesView::refresh);
    connect(m_map, &QComboBox::activated, this, [this](int index) { emit mapChosen(std::size_t(index)); });
    connect(m_compressed, &PicturePane::wipeMoved, this, &PlanesView::wipeMoved);
    for (PicturePane* const pane : {m_original, m_compressed, m_difference})
        connect(pane, &PicturePane::hovered, this, [this](std::optional<QPoint> pixel) {
            emit pixelHovered(pixel ? pixelText(*pixel) : QString());
        });
}

void PlanesView::setModel(const PictureModel& model)
{
    const QSignalBlocker quiet(m_left);
    m_left->clear();
    m_left->addItem(tr("Original"), Original);
    const bool generates = model.task == PictureTask::Generation;
    if (!generates)
        m_left->addItem(tr("What goes in"), Given);
    if (!generates && model.task != PictureTask::StyleTransfer && model.task != PictureTask::Detection)
        m_left->addItem(tr("What should come out"), Target);
    m_left->setEnabled(!generates);
    m_steps->setVisible(generates);
}

std::size_t PlanesView::map() const
{
    return std::size_t(std::max(0, m_map->currentIndex()));
}

QImage PlanesView::leftImage() const
{
    const int left = m_left->currentData().toInt();
    return left == Given ? m_preview.given : left == Target ? m_preview.target : m_preview.original;
}

void PlanesView::clear(const QString& message)
{
    m_preview = {};
    m_message = message;
    refresh();
}

void PlanesView::setPreview(const PicturePreview& preview)
{
    // While the next picture is made, what is known of the same one stays, greyed by setStale().
    const bool same = preview.sample == m_preview.sample && preview.task == m_preview.task;
    PicturePreview next = preview;
    if (same && next.compressed.isNull()) {
        next.compressed = m_preview.compressed;
        next.map = m_preview.map;
        next.stepErrors = m_preview.stepErrors;
    } else if (same && !next.map && !next.isComplete) {
        next.map = m_preview.map;
    }
    m_preview = std::move(next);
    m_message = tr("Being made…");
    refresh();
}

void PlanesView::refresh()
{
    const QImage left = leftImage();
    const int shown = m_left->currentData().toInt();
    // Inside a sentence some languages keep the capital.
    const QString leftName = shown == Given ? tr("what goes in")
        : shown == Target                   ? tr("what should come out")
                                            : tr("original");
    for (PicturePane* const pane : {m_original, m_compressed, m_difference})
        pane->setMessage(m_message);
    m_original->setImage(left);
    m_original->setCaption(m_left->currentText());
    m_compressed->setImage(m_preview.compressed);
    m_compressed->setOther(m_preview.compressed.isNull() ? QImage() : left);
    m_compressed->setCaption(
        m_compressed->isFlipped() ? m_left->currentText()
                                  : tr("Compressed ◂▸ %1").arg(leftName),
        m_compressed->isFlipped() ? QString() : tr("Compressed"));
    m_difference->setImage(m_preview.map ? m_preview.map->image : QImage());
    m_difference->setCaption(
        m_preview.map ? tr("%1: mean %2, brightest %3")
                            .arg(
                                mapTitle(m_preview.map->index), formatSmall(m_preview.map->mean),
                                formatSmall(m_preview.map->largest))
                      : mapTitle(map()),
        m_preview.map ? tr("mean %1").arg(formatSmall(m_preview.map->mean)) : QString());
    m_steps->setErrors(m_preview.stepErrors);
}

void PlanesView::setStale(bool stale)
{
    m_compressed->setStale(stale);
    m_difference->setStale(stale);
}

void PlanesView::setWipe(double fraction)
{
    m_compressed->setWipe(fraction);
}

void PlanesView::setFlipped(bool flipped)
{
    m_compressed->setFlipped(flipped);
    refresh();
}

void PlanesView::fit()
{
    m_compressed->fit();
}

void PlanesView::showPixels()
{
    m_compressed->showPixels();
}

QString PlanesView::pixelText(QPoint pixel) const
{
    const QImage &original = m_preview.original, &compressed = m_preview.compressed;
    if (original.isNull() || compressed.isNull() || !original.rect().contains(pixel))
        return {};
    const auto text = [](QRgb value) {
        const bool isGrey = qRed(value) == qGreen(value) && qGreen(value) == qBlue(value);
        return isGrey ? QString::number(qRed(value))
                      : QStringLiteral("%1 %2 %3").arg(qRed(value)).arg(qGreen(value)).arg(qBlue(value));
    };
    return tr("x %1, y %2: original %3, compressed %4")
        .arg(pixel.x())
        .arg(pixel.y())
        .arg(text(original.pixel(pixel)), text(compressed.pixel(pixel)));
}

} // namespace tritloom
