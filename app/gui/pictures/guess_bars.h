#pragma once

#include "app/session/picture_outcome.h"

#include <QWidget>

#include <functional>

namespace tritloom {

/// The most likely classes of the original and of the compressed network, as pairs of bars. GUI thread only.
class GuessBars final : public QWidget {
    Q_OBJECT

public:
    explicit GuessBars(QWidget* parent = nullptr);

    void setNames(std::function<QString(std::size_t)> nameOf) { m_nameOf = std::move(nameOf); }
    /// Both lists most likely first; an empty one has not come yet. label: what the picture shows, where it
    /// is known.
    void setGuesses(
        std::vector<ClassGuess> original, std::vector<ClassGuess> compressed,
        std::optional<std::size_t> label);
    QSize sizeHint() const override { return {260, 190}; }
    QSize minimumSizeHint() const override { return {180, 120}; }

protected:
    void paintEvent(QPaintEvent*) override;

private:
    struct Row {
        std::size_t index = 0;
        double original = -1, compressed = -1; ///< below 0: not among the first five
    };
    std::function<QString(std::size_t)> m_nameOf;
    std::vector<Row> m_rows;
    std::optional<std::size_t> m_label;
    std::optional<std::size_t> m_firstOriginal, m_firstCompressed;
};

} // namespace tritloom
