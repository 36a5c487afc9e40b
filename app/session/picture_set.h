#pragma once

#include "core/task/low_bits.h"
#include "core/task/task.h"

#include <filesystem>
#include <string>
#include <vector>

namespace tritloom {

/// Which pictures, and how they become samples.
struct PictureSource {
    /// A folder of pictures, of MNIST's idx files, or one picture; empty: PictureEngine takes the folder
    /// "evaluation" beside the model, if there is one, and for what methods learn from the folder
    /// "calibration".
    std::filesystem::path images;
    std::vector<std::filesystem::path> files; ///< these pictures instead of `images`
    /// Classes, when folders and file names do not say: "file,class" lines, or a list of class names in the
    /// network's order.
    std::filesystem::path labels;
    std::size_t limit = 0; ///< at most so many pictures, evenly spread; 0: all
    double noise = 0; ///< restoration: standard deviation of 255; 0: what the network was made for, else 25
    std::size_t size = 256; ///< autoencoding: the middle of so many pixels
    /// Super-resolution, restoration: the middle of at most so many pixels each way, of what comes out; 0:
    /// all. Classification, detection, where the network takes any size: pictures are resized to this side; 0:
    /// as they are.
    std::size_t largest = 0;
    /// Classification: the network is shown the lowest bits only, as a detector of generated pictures is.
    std::optional<LowBits> lowBits;
    std::uint64_t seed = 0; ///< of the noise; generation: of the first sample
    std::size_t samples = 8; ///< generation: how many
};

struct PictureSet {
    std::vector<PictureSample> samples;
    std::vector<std::string> classNames; ///< by class, where names are known
    std::vector<std::string> notices; ///< what was done to pictures, one sentence each
};

/// Whether this is a picture file, or a folder with pictures and no model in it: what a drop on the window
/// means.
[[nodiscard]] bool holdsPictures(const std::filesystem::path& path);

/// Reads pictures for a network's task. Generation needs no pictures.
/// Errors: NotFound, Io (a picture that cannot be read, by name), InvalidInput (labels, sizes).
[[nodiscard]] Result<PictureSet> readPictures(const PictureModel& model, const PictureSource& source);

/// The picture files of a source alone, at most `limit`, evenly spread. Errors: NotFound (no picture).
[[nodiscard]] Result<std::vector<std::filesystem::path>> pictureFiles(const PictureSource& source);

/// One file as a picture, grey (1 channel) or red, green, blue; transparency is left out.
[[nodiscard]] Result<Picture> readPicture(const std::filesystem::path& path);
/// Errors: Io.
[[nodiscard]] Result<void> writePicture(const Picture& picture, const std::filesystem::path& path);

} // namespace tritloom
