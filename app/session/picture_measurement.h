#pragma once

#include "app/session/picture_engine.h"
#include "app/session/picture_outcome.h"

#include <functional>

namespace tritloom {

/// Measures allocations on the pictures of an engine and tells about every single one. What was measured is
/// kept by content, so that an undone change is there at once. One thread.
class PictureMeasurement {
public:
    /// Errors: those of devices.
    [[nodiscard]] static Result<std::unique_ptr<PictureMeasurement>>
    create(std::shared_ptr<PictureEngine> engine);

    struct Arrival {
        std::size_t sample = 0;
        PictureOutcome outcome;
    };
    /// Called some thirty times a second at most, with what has come since.
    using OnArrivals =
        std::function<void(const PictureEvaluation& soFar, const std::vector<Arrival>& arrivals)>;
    /// Errors: Cancelled, those of PictureSession::score().
    [[nodiscard]] Result<PictureEvaluation>
    evaluate(const Allocation& allocation, std::stop_token stop, const OnArrivals& onArrivals);

    /// Outcome::quality of every picture, after evaluate(); nothing for classifiers. Errors: as above.
    [[nodiscard]] Result<void> addQualities(
        const Allocation& allocation, std::stop_token stop,
        const std::function<void(const std::vector<Arrival>& arrivals)>& onArrivals);

    [[nodiscard]] const std::shared_ptr<PictureEngine>& engine() const { return m_engine; }

private:
    PictureMeasurement(std::shared_ptr<PictureEngine> engine, std::unique_ptr<PictureSession> session);
    /// False: stopped meanwhile.
    [[nodiscard]] bool waitForPreview(const std::stop_token& stop) const;
    [[nodiscard]] Key keyOfOutcome(std::size_t sample, const Allocation& allocation);
    Result<PictureOutcome> outcomeOf(std::size_t sample, const Allocation& allocation, std::stop_token stop);

    std::shared_ptr<PictureEngine> m_engine;
    std::unique_ptr<PictureSession> m_session;
    QualityMeter m_meter;
    Memo<PictureOutcome> m_known; ///< without qualities
    Memo<PictureQuality> m_qualities;
};

} // namespace tritloom
