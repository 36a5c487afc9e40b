#pragma once

#include <QString>

#include <filesystem>
#include <span>

namespace tritloom {

/// A model that comes with the program.
struct SampleModel {
    const char* id; ///< "language"
    const char* title; ///< for people, in English
    const char* file; ///< below the folder of samples
    [[nodiscard]] QString translatedTitle() const;
    [[nodiscard]] std::filesystem::path path() const;
};
/// The only list; the first one is what "a sample" means where none is named.
[[nodiscard]] std::span<const SampleModel> sampleModels();

} // namespace tritloom
