#include "app/gui/pictures/picture_list_model.h"

#include "app/gui/number_text.h"
#include "app/gui/pictures/picture_words.h"
#include "app/gui/theme.h"

#include <QGuiApplication>
#include <QPainter>
#include <QPixmap>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {

void PictureListModel::setPictures(std::shared_ptr<PictureEngine> pictures)
{
    beginResetModel();
    m_pictures = std::move(pictures);
    m_made.clear();
    m_order.resize(m_pictures ? m_pictures->pictures().samples.size() : 0);
    std::iota(m_order.begin(), m_order.end(), std::size_t{0});
    m_outcomes.assign(m_order.size(), {});
    endResetModel();
}

void PictureListModel::setOutcomes(const std::vector<PictureOutcome>& outcomes)
{
    if (outcomes.size() != m_order.size() || m_order.empty())
        return;
    m_outcomes = outcomes;
    emit dataChanged(index(0), index(rowCount() - 1));
}

void PictureListModel::setThumbnail(std::size_t sample, const QImage& image)
{
    if (image.isNull() || rowOf(sample) < 0)
        return;
    m_made[sample] = image.scaled(
        thumbnailSide, thumbnailSide, Qt::KeepAspectRatio,
        image.width() < thumbnailSide ? Qt::FastTransformation : Qt::SmoothTransformation);
    const QModelIndex row = index(rowOf(sample));
    emit dataChanged(row, row, {Qt::DecorationRole});
}

void PictureListModel::sortWorstFirst(bool worstFirst)
{
    std::vector<std::size_t> order(m_order.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (worstFirst)
        std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
            const PictureOutcome &left = m_outcomes[a], &right = m_outcomes[b];
            return left.flips() != right.flips() ? left.flips()
                                                 : left.scores.divergence > right.scores.divergence;
        });
    if (order == m_order)
        return;
    emit layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    QModelIndexList after;
    for (const QModelIndex& old : before) {
        const std::size_t sample = m_order[std::size_t(old.row())];
        after << index(int(std::ranges::find(order, sample) - order.begin()));
    }
    m_order = std::move(order);
    changePersistentIndexList(before, after);
    emit layoutChanged();
}

std::optional<std::size_t> PictureListModel::sampleAt(int row) const
{
    return row >= 0 && row < int(m_order.size()) ? std::optional(m_order[std::size_t(row)]) : std::nullopt;
}

int PictureListModel::rowOf(std::size_t sample) const
{
    const auto found = std::ranges::find(m_order, sample);
    return found == m_order.end() ? -1 : int(found - m_order.begin());
}

int PictureListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_order.size());
}

QString PictureListModel::resultText(std::size_t sample) const
{
    const PictureOutcome& outcome = m_outcomes[sample];
    if (!outcome.isKnown)
        return QStringLiteral("…");
    const PictureSet& pictures = m_pictures->pictures();
    if (!outcome.compressed.empty()) {
        const QString now = classText(pictures, outcome.compressed[0].index);
        return outcome.flips() ? tr("%1 → %2").arg(classText(pictures, outcome.original[0].index), now) : now;
    }
    if (!std::isnan(outcome.scores.boxes))
        return tr("%1 of %2 boxes")
            .arg(double(outcome.scores.boxes))
            .arg(double(outcome.scores.referenceBoxes));
    if (outcome.quality)
        return decibelText(outcome.quality->psnr);
    return tr("error %1").arg(formatSmall(double(outcome.scores.divergence)));
}

QVariant PictureListModel::data(const QModelIndex& index, int role) const
{
    const auto sample = sampleAt(index.row());
    if (!sample || !m_pictures)
        return {};
    const PictureSample& picture = m_pictures->pictures().samples[*sample];
    const QString name = pictureName(picture);
    const PictureOutcome& outcome = m_outcomes[*sample];
    switch (role) {
    case Qt::DisplayRole:
        return QStringLiteral("%1\n%2").arg(name, resultText(*sample));
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(name, resultText(*sample));
    case Qt::ToolTipRole: {
        QString tip = name;
        if (picture.label)
            tip += tr("\nshows %1").arg(classText(m_pictures->pictures(), *picture.label));
        if (outcome.isKnown)
            tip += tr("\ndivergence %1").arg(formatSmall(double(outcome.scores.divergence)));
        return tip;
    }
    case Qt::DecorationRole: {
        const auto& thumbnails = m_pictures->thumbnails();
        const auto made = m_made.find(*sample);
        // All of one size: the text beside them begins in one column.
        QPixmap square(thumbnailSide, thumbnailSide);
        square.fill(Qt::transparent);
        const QImage image = made != m_made.end() ? made->second
            : *sample < thumbnails.size()         ? thumbnails[*sample]
                                                  : QImage();
        QPainter painter(&square);
        painter.drawImage((thumbnailSide - image.width()) / 2, (thumbnailSide - image.height()) / 2, image);
        return square;
    }
    case Qt::ForegroundRole:
        return outcome.flips() ? QVariant(themeColors(QGuiApplication::palette()).warning) : QVariant();
    default:
        return {};
    }
}

} // namespace tritloom
