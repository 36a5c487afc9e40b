#pragma once

#include "app/session/engine.h"
#include "app/session/picture_set.h"
#include "core/method/model_transform.h"
#include "core/sensitivity/candidate.h"
#include "core/task/picture_probe.h"
#include "core/task/picture_session.h"

#include <QImage>

#include <atomic>

namespace tritloom {

constexpr int thumbnailSide = 40; ///< pixels
/// From which steps of the sampler the calibration data of a diffusion model comes: evenly (Q-Diffusion),
/// leaning to clean pictures (PTQ4DM), by density and diversity of a feature (EDA-DM).
enum class CalibrationSteps { Even, Normal, Features };
[[nodiscard]] std::optional<CalibrationSteps>
calibrationSteps(std::string_view name); ///< "even", "normal", "features"

/// What a network on pictures is measured on, and how. A value.
struct PictureOptions {
    std::string device = "cpu"; ///< an id of devices()
    std::size_t threads = 0; ///< 0: all cores
    std::size_t memoBytes = std::size_t{1} << 30;
    PictureSource source;
    std::filesystem::path calibration; ///< pictures that methods learn from; empty: some of the same
    std::size_t calibrationCount = 32;
    CalibrationSteps calibrationSteps =
        CalibrationSteps::Even; ///< generation; four samples a step on average
    TaskOptions task;
    std::size_t pictureSize = 0; ///< generation: pixels of a side; 0: as the network was trained for
    std::optional<PictureTask> as; ///< what the network does, when its file leaves that open
    std::string features; ///< a feature network for LPIPS, as parseFeatureChoice() reads it; empty: none
    std::optional<Normalisation>
        normalisation; ///< absent: the architecture's, else tried out on the pictures
};

/// Everything that measures one network on pictures, as Engine does for text. Each session belongs to the
/// thread that uses it.
class PictureEngine {
public:
    /// Reads the pictures. Errors: Unsupported (no network on pictures), those of readPictures() and of
    /// devices.
    [[nodiscard]] static Result<std::shared_ptr<PictureEngine>> create(
        std::shared_ptr<const Model> model, MethodLookup methods, PictureOptions options,
        std::stop_token stop = {});

    /// The model with what was settled about it (task, normalisation).
    [[nodiscard]] const std::shared_ptr<const Model>& model() const { return m_model; }
    [[nodiscard]] const std::shared_ptr<Compressor>& compressor() const { return m_compressor; }
    [[nodiscard]] const PictureOptions& options() const { return m_options; }
    [[nodiscard]] const PictureSet& pictures() const
    {
        return m_pictures;
    } ///< notices of this engine included

    /// A picture that somebody waits for goes before measurements of many: whoever makes it sets this to a
    /// number of its own until it is there, and those who measure wait between pictures. Any thread.
    [[nodiscard]] std::atomic<std::uint64_t>& awaited() const { return *m_awaited; }

    /// Small pictures of all of them, for lists; before it is shared. Nothing for generated ones.
    void makeThumbnails();
    [[nodiscard]] const std::vector<QImage>& thumbnails() const { return m_thumbnails; }

    /// The network as a transform rewrites it, measured against this one on the same pictures. Errors: those
    /// of the transform.
    [[nodiscard]] Result<std::shared_ptr<PictureEngine>> transformed(
        const ModelTransform& transform, const Parameters& parameters, std::vector<Candidate> candidates,
        const MethodContext& context) const;

    /// reference: another network for the same pictures; null: the model itself, before its
    /// transforms. Errors: InvalidInput (another task).
    [[nodiscard]] Result<std::unique_ptr<PictureSession>>
    makeSession(std::shared_ptr<const Model> reference = {}) const;
    /// The same on these samples of pictures(): a preview of some.
    [[nodiscard]] Result<std::unique_ptr<PictureSession>>
    makeSessionOf(std::vector<PictureSample> samples) const;
    /// What metrics and analyses ask, on the calibration pictures. Errors: those of the network.
    [[nodiscard]] Result<std::unique_ptr<PictureProbe>>
    makeProbe(std::vector<Candidate> candidates, std::stop_token stop) const;
    /// With other options of the task than the engine's: more steps of a sampler.
    [[nodiscard]] Result<std::unique_ptr<PictureSession>>
    makeSessionOf(std::vector<PictureSample> samples, TaskOptions task) const;

private:
    Result<void> settle(std::stop_token stop);
    Result<std::vector<PictureSample>> calibrationSamples() const;
    Result<std::shared_ptr<Statistics>> makeStatistics(std::stop_token stop) const;
    Result<std::vector<std::size_t>> samplesOfSteps(std::stop_token stop) const;

    std::shared_ptr<const Model> m_model,
        m_original; ///< m_original: before transforms, null when there were none
    PictureOptions m_options;
    PictureSet m_pictures;
    std::vector<PictureSample> m_calibration; ///< what methods learn from, of one size
    std::vector<QImage> m_thumbnails;
    std::shared_ptr<std::atomic<std::uint64_t>> m_awaited = std::make_shared<std::atomic<std::uint64_t>>(0);
    std::shared_ptr<Compressor> m_compressor;
};

/// The network of a compressor as a transform rewrites it; what could not be done is added to notices. For
/// transforms that need no pictures the compressor needs no statistics. Errors: those of the transform.
[[nodiscard]] Result<std::shared_ptr<const Model>> transformedNetwork(
    std::shared_ptr<Compressor> compressor, const ModelTransform& transform, const Parameters& parameters,
    std::vector<Candidate> candidates, const MethodContext& context, std::vector<std::string>& notices);

/// "0..1", "0..255", "-1..1", "mean 0.485 0.456 0.406, deviation ...": for people.
[[nodiscard]] std::string describe(const Normalisation& normalisation);

} // namespace tritloom
