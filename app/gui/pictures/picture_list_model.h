#pragma once

#include "app/session/picture_engine.h"
#include "app/session/picture_outcome.h"

#include <QAbstractListModel>
#include <QImage>

#include <map>

namespace tritloom {

/// The pictures of a project with what a measurement told about each. GUI thread only.
class PictureListModel final : public QAbstractListModel {
    Q_OBJECT

public:
    using QAbstractListModel::QAbstractListModel;

    void setPictures(std::shared_ptr<PictureEngine> pictures); ///< null: empty
    /// By sample; the order stays.
    void setOutcomes(const std::vector<PictureOutcome>& outcomes);
    /// Generated pictures have none until they were made.
    void setThumbnail(std::size_t sample, const QImage& image);
    [[nodiscard]] bool hasThumbnail(std::size_t sample) const { return m_made.contains(sample); }
    /// Flips first, then by divergence, largest first; else in the order of the files.
    void sortWorstFirst(bool worstFirst);

    [[nodiscard]] std::optional<std::size_t> sampleAt(int row) const;
    [[nodiscard]] int rowOf(std::size_t sample) const; ///< -1: not there

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    [[nodiscard]] QString resultText(std::size_t sample) const;

    std::shared_ptr<PictureEngine> m_pictures;
    std::vector<PictureOutcome> m_outcomes;
    std::map<std::size_t, QImage> m_made;
    std::vector<std::size_t> m_order;
};

} // namespace tritloom
