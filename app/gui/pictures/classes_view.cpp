#include "app/gui/pictures/classes_view.h"

#include "app/gui/pictures/guess_bars.h"
#include "app/gui/pictures/picture_pane.h"
#include "app/gui/pictures/picture_words.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/heat_map.h"
#include "app/session/picture_image.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace tritloom {
namespace {

constexpr std::size_t mostClasses = 24; ///< of the matrix: more cannot be read
enum Against { Labels, Original };

} // namespace

ClassesView::ClassesView(QWidget* parent)
    : QWidget(parent)
    , m_pane(new PicturePane(m_viewport, this))
    , m_guesses(new GuessBars(this))
    , m_legend(makeMutedLabel({}, this))
    , m_rows(new QComboBox(this))
    , m_confusion(new HeatMap(this))
    , m_note(makeMutedLabel({}, this))
    , m_measure(new QPushButton(tr("Measure now"), this))
    , m_sides(new QBoxLayout(QBoxLayout::LeftToRight))
{
    setObjectName(QStringLiteral("classesView"));
    m_pane->setObjectName(QStringLiteral("classPicture"));
    m_pane->setAccessibleName(tr("The picture, as the network sees it"));
    m_confusion->setObjectName(QStringLiteral("confusion"));
    m_confusion->setAccessibleName(tr("Confusion matrix of the compressed network"));
    m_confusion->setMinimumWidth(220);
    m_rows->setObjectName(QStringLiteral("confusionRows"));
    m_rows->setAccessibleName(tr("Rows of the confusion matrix"));
    // Short enough for the narrowest page; the tooltips say it in full.
    m_rows->addItem(tr("Is / taken for"), Labels);
    m_rows->addItem(tr("Before / after"), Original);
    m_rows->setItemData(Labels, tr("What it is, against what it is taken for"), Qt::ToolTipRole);
    m_rows->setItemData(Original, tr("Original’s class against compressed’s"), Qt::ToolTipRole);
    m_rows->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_rows->setMinimumContentsLength(12); // else the longest words of a language push the page wide
    m_rows->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_legend->setTextFormat(Qt::RichText);
    m_note->setWordWrap(true);

    m_measure->setObjectName(QStringLiteral("measureClasses"));
    connect(m_measure, &QPushButton::clicked, this, &ClassesView::measureAsked);
    auto* const guesses = new QVBoxLayout;
    guesses->addWidget(m_legend);
    guesses->addWidget(m_guesses, 1);
    auto* const matrix = new QVBoxLayout;
    matrix->addWidget(m_rows);
    matrix->addWidget(m_confusion, 1);
    matrix->addWidget(m_note);
    matrix->addWidget(m_measure, 0, Qt::AlignLeft);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    m_sides->setSpacing(10);
    m_sides->addWidget(m_pane, 1);
    m_sides->addLayout(guesses, 1);
    row->addLayout(m_sides, 8);
    row->addLayout(matrix, 6);

    m_guesses->setNames([this](std::size_t index) {
        return m_pictures ? classText(m_pictures->pictures(), index) : QString::number(index);
    });
    const auto shareOf = [this](int r, int c) {
        const auto& counts = m_counts[std::size_t(r)];
        const int total = std::accumulate(counts.begin(), counts.end(), 0);
        return total == 0 ? 0.0 : double(counts[std::size_t(c)]) / total;
    };
    // What is right is no alarm; what is wrong is one, however rare.
    m_confusion->setColour([](const ThemeColors& colors, int actual, int guessed, double fraction) {
        if (actual != guessed)
            return colors.heat(0.35 + 0.65 * fraction);
        QColor right = colors.good;
        right.setAlphaF(float(0.25 + 0.5 * fraction));
        return right;
    });
    m_confusion->setWords(
        [this](int r, int c) {
            const int count = m_counts[std::size_t(r)][std::size_t(c)];
            return count == 0 ? QString() : QString::number(count);
        },
        [this, shareOf](int r, int c) {
            return tr("%1 taken for %2: %3 pictures, %4 % of the row")
                .arg(
                    classText(m_pictures->pictures(), m_classes[std::size_t(r)]),
                    classText(m_pictures->pictures(), m_classes[std::size_t(c)]))
                .arg(m_counts[std::size_t(r)][std::size_t(c)])
                .arg(int(std::lround(100 * shareOf(r, c))));
        });
    const auto explain = [this] { m_rows->setToolTip(m_rows->currentData(Qt::ToolTipRole).toString()); };
    connect(m_rows, &QComboBox::currentIndexChanged, this, explain);
    connect(m_rows, &QComboBox::currentIndexChanged, this, &ClassesView::countClasses);
    explain();
}

void ClassesView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // Where there is little room the matrix gets more than half of it: the guesses go below their picture.
    constexpr int roomForThree = 700;
    const bool narrow = width() < roomForThree;
    m_sides->setDirection(narrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    auto* const row = static_cast<QBoxLayout*>(layout());
    row->setStretch(0, narrow ? 4 : 8);
}

void ClassesView::setPictures(std::shared_ptr<PictureEngine> pictures)
{
    m_pictures = std::move(pictures);
    m_outcomes.clear();
    m_guesses->setGuesses({}, {}, {});
    const bool labelled =
        m_pictures && std::ranges::any_of(m_pictures->pictures().samples, [](const PictureSample& s) {
            return s.label.has_value();
        });
    m_rows->setCurrentIndex(labelled ? Labels : Original);
    m_rows->setEnabled(labelled);
    countClasses();
}

void ClassesView::setPreview(const PicturePreview& preview)
{
    const PictureSample& sample = m_pictures->pictures().samples[preview.sample];
    m_pane->setImage(preview.given);
    const QString name = pictureName(sample);
    m_pane->setCaption(name);
    m_pane->setToolTip(
        sample.label ? tr("%1, shows %2").arg(name, classText(m_pictures->pictures(), *sample.label)) : name);
    m_guesses->setGuesses(preview.originalClasses, preview.compressedClasses, sample.label);
    const ThemeColors colors = themeColors(palette());
    m_legend->setText(
        QStringLiteral("<span style='color:%1'>■</span> %2&nbsp;&nbsp; <span style='color:%3'>■</span> %4")
            .arg(colors.mutedText.name(), tr("original"), colors.accent.name(), tr("compressed")));
}

void ClassesView::setStale(bool stale)
{
    m_guesses->setEnabled(!stale);
}

void ClassesView::setOutcomes(const std::vector<PictureOutcome>& outcomes)
{
    m_outcomes = outcomes;
    countClasses();
}

std::optional<std::size_t> ClassesView::rowClass(std::size_t sample) const
{
    if (m_rows->currentIndex() == Labels)
        return m_pictures->pictures().samples[sample].label;
    return m_outcomes[sample].original.empty() ? std::nullopt
                                               : std::optional(m_outcomes[sample].original[0].index);
}

void ClassesView::countClasses()
{
    m_classes.clear();
    m_counts.clear();
    std::map<std::size_t, int> mistakes; // by class, on either side
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < m_outcomes.size(); ++i) {
        const auto row = rowClass(i);
        if (!row || m_outcomes[i].compressed.empty())
            continue;
        const std::size_t taken = m_outcomes[i].compressed[0].index;
        pairs.emplace_back(*row, taken);
        mistakes[*row] += *row != taken ? 1 : 0;
        mistakes[taken] += *row != taken ? 1 : 0;
    }
    for (const auto& [index, count] : mistakes)
        m_classes.push_back(index);
    const std::size_t all = m_classes.size();
    if (all > mostClasses) {
        std::ranges::stable_sort(
            m_classes, std::greater<>(), [&](std::size_t index) { return mistakes[index]; });
        m_classes.resize(mostClasses);
        std::ranges::sort(m_classes);
    }
    m_note->setVisible(all > mostClasses || pairs.empty());
    m_measure->setVisible(m_pictures && pairs.empty());
    m_note->setText(
        pairs.empty()
            ? tr("Nothing measured yet.")
            : tr("The %1 classes with the most mistakes of %2 that occur.").arg(m_classes.size()).arg(all));
    m_counts.assign(m_classes.size(), std::vector<int>(m_classes.size(), 0));
    for (const auto& [row, column] : pairs) {
        const auto r = std::ranges::lower_bound(m_classes, row),
                   c = std::ranges::lower_bound(m_classes, column);
        if (r != m_classes.end() && *r == row && c != m_classes.end() && *c == column)
            ++m_counts[std::size_t(r - m_classes.begin())][std::size_t(c - m_classes.begin())];
    }
    QStringList names;
    for (const std::size_t index : m_classes)
        names << classText(m_pictures->pictures(), index);
    QStringList numbers;
    for (const std::size_t index : m_classes)
        numbers << QString::number(index);
    m_confusion->setHeaders(names, numbers);
    for (std::size_t r = 0; r < m_counts.size(); ++r) {
        const double total = std::accumulate(m_counts[r].begin(), m_counts[r].end(), 0);
        for (std::size_t c = 0; c < m_counts.size(); ++c)
            m_confusion->setCell(
                int(r), int(c),
                m_counts[r][c] == 0 ? std::nan("") : double(m_counts[r][c]) / std::max(1.0, total));
    }
}

} // namespace tritloom
