#pragma once

#include "app/session/picture_engine.h"

#include <QByteArray>

namespace tritloom {

/// What a window measures on when nobody said: as many pictures as are measured within seconds.
[[nodiscard]] PictureOptions windowPictureOptions(const PictureModel& model, const EngineOptions& options);

/// Which pictures and how they are given, for the project file; devices and memory are the program's
/// business.
[[nodiscard]] QByteArray pictureSettings(const PictureOptions& options);
/// Into options; what the text does not say stays. False: no such text.
[[nodiscard]] bool applyPictureSettings(PictureOptions& options, const QByteArray& text);

/// The ways of giving pictures to networks that a person can choose from: 0..1, 0..255, -1..1, ImageNet's.
[[nodiscard]] std::span<const Normalisation> usualNormalisations();

/// What is said of pictures, over what is there: labels go with their folder. What is empty or 0 says
/// nothing.
void applySource(PictureOptions& options, const PictureSource& said);

/// True where readPictures() has something to read: generation needs no pictures.
[[nodiscard]] bool hasPictures(const Model& model, const PictureSource& source);

} // namespace tritloom
