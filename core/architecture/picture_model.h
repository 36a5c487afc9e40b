#pragma once

#include "core/architecture/noise_schedule.h"
#include "core/file/model_file.h"
#include "core/graph/graph.h"

#include <array>
#include <span>

namespace tritloom {

/// What a network does with pictures.
enum class PictureTask : std::uint8_t {
    Classification,
    SuperResolution,
    Restoration,
    Generation,
    Autoencoding,
    StyleTransfer, ///< a picture in another style: nothing says how it should look but the network itself
    Detection, ///< scores and boxes at many places of a picture
};
/// Whether what comes out is a picture.
[[nodiscard]] constexpr bool makesPictures(PictureTask task)
{
    return task != PictureTask::Classification && task != PictureTask::Detection;
}
[[nodiscard]] std::string_view nameOf(PictureTask task); ///< "super-resolution"
[[nodiscard]] std::optional<PictureTask> pictureTask(std::string_view name);

/// How a picture of 0..1 becomes numbers a network takes: (p * range - mean[c]) / deviation[c].
struct Normalisation {
    double range = 1;
    std::array<double, 3> mean{0, 0, 0}, deviation{1, 1, 1};
    bool isKnown = false; ///< the architecture says so; else it is a guess
    friend bool operator==(const Normalisation&, const Normalisation&) = default;
};

/// What a network on pictures takes and gives.
struct PictureModel {
    PictureTask task = PictureTask::Classification;
    std::size_t channels = 3; ///< 1 or 3 (red, green, blue)
    std::size_t height = 0, width = 0; ///< 0: any
    std::size_t multiple = 1; ///< heights and widths must be a multiple of this
    std::size_t classes = 0; ///< of a classifier; of a detector with the background, 0 where only boxes come out
    std::size_t places = 0; ///< detection: what comes out is [1, places, classes, then four a box]
    std::size_t scale = 1; ///< of super-resolution
    Normalisation normalisation; ///< also of what comes out, where that is a picture
    double noise = 0; ///< restoration: the standard deviation of the noise it was made for, of 255; 0 unknown
    // Generation: what the second input is for time step t, and what a pipeline has around its network.
    NoiseSchedule schedule;
    double timeScale = 1; ///< the input is t * timeScale
    std::optional<LatentSpace> latent; ///< height and width are those of the picture behind the decoder
    std::size_t promptTokens = 0; ///< positions of the text encoder; 0: no text goes in
    std::size_t padToken = 0; ///< what a shorter prompt is filled up with
};

/// One row per network on pictures; picture_architectures.cpp holds the only list.
struct PictureArchitecture {
    std::string_view id; ///< general.architecture
    std::string_view title;
    /// Whether these tensors, without any word about what they are, are this network; null: the file says so.
    bool (*recognise)(const ModelFile&);
    /// Gives stored weights the form that layers have (see flattenWeights()); null: the reader did.
    void (*prepare)(ModelFile&);
    Result<PictureModel> (*describe)(const ModelFile&);
    /// picture: [1, C, H, W]. Errors: NotFound, InvalidInput, Unsupported.
    Result<Graph> (*build)(const ModelFile&, const Shape& picture);
};
[[nodiscard]] std::span<const PictureArchitecture> pictureArchitectures();
[[nodiscard]] const PictureArchitecture* findPictureArchitecture(std::string_view id);

/// Names the architecture of a state dict that says nothing about itself, and prepares its weights.
void identifyNetwork(ModelFile& file);

/// Every "...weight" of four dimensions becomes [first, everything else]; of the modules named in
/// `transposed` (transposed convolutions: [inputs, outputs, h, w]) it becomes [everything else, first].
/// Matrices stay as they are; nothing else is a layer.
void flattenWeights(ModelFile& file, std::initializer_list<std::string_view> transposed = {});

/// The picture shape a network is first built for, where it takes any: [1, C, H, W]; of latents where a
/// sampler works on those.
[[nodiscard]] Shape nominalPicture(const PictureModel& model);

} // namespace tritloom
