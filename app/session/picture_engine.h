#pragma once

#include "app/session/engine.h"
#include "app/session/picture_set.h"
#include "core/task/picture_session.h"

#include <QImage>

#include <atomic>

namespace tritloom {

constexpr int thumbnailSide = 40; ///< pixels

/// What a network on pictures is measured on, and how. A value.
struct PictureOptions {
    std::string device = "cpu"; ///< an id of devices()
    std::size_t threads = 0; ///< 0: all cores
    std::size_t memoBytes = std::size_t{1} << 30;
    PictureSource source;
    std::filesystem::path calibration; ///< pictures that methods learn from; empty: some of the same
    std::size_t calibrationCount = 32;
    TaskOptions task;
    std::optional<PictureTask> as; ///< what the network does, when its file leaves that open
    std::optional<Normalisation> normalisation; ///< absent: the architecture's, else tried out on the pictures
};

/// Everything that measures one network on pictures, as Engine does for text. Each session belongs to the thread
/// that uses it.
class PictureEngine {
public:
    /// Reads the pictures. Errors: Unsupported (no network on pictures), those of readPictures() and of devices.
    [[nodiscard]] static Result<std::shared_ptr<PictureEngine>>
    create(std::shared_ptr<const Model> model, MethodLookup methods, PictureOptions options, std::stop_token stop = {});

    /// The model with what was settled about it (task, normalisation).
    [[nodiscard]] const std::shared_ptr<const Model>& model() const { return m_model; }
    [[nodiscard]] const std::shared_ptr<Compressor>& compressor() const { return m_compressor; }
    [[nodiscard]] const PictureOptions& options() const { return m_options; }
    [[nodiscard]] const PictureSet& pictures() const { return m_pictures; } ///< notices of this engine included

    /// A picture that somebody waits for goes before measurements of many: whoever makes it sets this to a number of its
    /// own until it is there, and those who measure wait between pictures. Any thread.
    [[nodiscard]] std::atomic<std::uint64_t>& awaited() const { return m_awaited; }

    /// Small pictures of all of them, for lists; before it is shared. Nothing for generated ones.
    void makeThumbnails();
    [[nodiscard]] const std::vector<QImage>& thumbnails() const { return m_thumbnails; }

    /// reference: another network for the same pictures; null: the model itself. Errors: InvalidInput (another task).
    [[nodiscard]] Result<std::unique_ptr<PictureSession>> makeSession(std::shared_ptr<const Model> reference = {}) const;
    /// The same on these samples of pictures(): a preview of some.
    [[nodiscard]] Result<std::unique_ptr<PictureSession>> makeSessionOf(std::vector<PictureSample> samples) const;
    /// With other options of the task than the engine's: more steps of a sampler.
    [[nodiscard]] Result<std::unique_ptr<PictureSession>>
    makeSessionOf(std::vector<PictureSample> samples, TaskOptions task) const;

private:
    Result<void> settle(std::stop_token stop);
    Result<std::shared_ptr<Statistics>> makeStatistics(std::stop_token stop) const;

    std::shared_ptr<const Model> m_model;
    PictureOptions m_options;
    PictureSet m_pictures;
    std::vector<QImage> m_thumbnails;
    mutable std::atomic<std::uint64_t> m_awaited = 0;
    std::shared_ptr<Compressor> m_compressor;
};

/// "0..1", "0..255", "-1..1", "mean 0.485 0.456 0.406, deviation ...": for people.
[[nodiscard]] std::string describe(const Normalisation& normalisation);

} // namespace tritloom
