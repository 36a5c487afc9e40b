#pragma once

#include "app/session/picture_engine.h"
#include "app/session/picture_outcome.h"

#include <QString>

namespace tritloom {

/// What a network does with pictures, for people: "super-resolution ×4".
[[nodiscard]] QString taskText(const PictureModel& model);
/// A picture's name as its file has it; "seed 7" of one without a file in the language of the window.
[[nodiscard]] QString pictureName(const PictureSample& picture);
/// "7", or "7 · horse" where classes have names.
[[nodiscard]] QString classText(const PictureSet& pictures, std::size_t index);

/// The one number a measurement is known by. Classification: top-1, or without classes how often both
/// networks agree; pictures: PSNR to the target, or to what the original network makes.
struct Headline {
    QString name; ///< "Top-1 accuracy"
    QString unit; ///< "%", "dB"
    Measured value; ///< in that unit
    std::optional<double> reference; ///< the original's
    int decimals = 2;
    bool isDistance = false; ///< lower is closer
    [[nodiscard]] QString text() const; ///< "98.50 %"
};
[[nodiscard]] Headline headlineOf(const PictureEvaluation& evaluation);
/// The same of the original, from any measurement: each runs it beside.
[[nodiscard]] Headline originalHeadline(const PictureEvaluation& evaluation);

/// "31.62 dB", "equal" for infinity, "–" where there is none.
[[nodiscard]] QString decibelText(double decibels);
[[nodiscard]] QString figureText(double value, int decimals = 4); ///< "–" for NaN

} // namespace tritloom
