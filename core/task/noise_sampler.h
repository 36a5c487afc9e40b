#pragma once

#include "core/architecture/noise_schedule.h"
#include "core/base/result.h"
#include "core/image/noise.h"

#include <span>

namespace tritloom {

/// abar_t, the share of the picture at every time step: the product of (1 - beta). [T]
[[nodiscard]] std::vector<double> signalShares(const NoiseSchedule& schedule);

/// Walks from noise to a picture, step by step: what a network predicted at times()[i] takes the sample on.
/// diffusion-preview-basics, part 2. One thread; for one picture.
class NoiseSampler {
public:
    /// The range the predicted picture is kept in, by samplers that do so.
    struct Range {
        double low = -1, high = 1;
    };
    /// clip: nullopt, nothing is kept anywhere. Errors: InvalidInput (more steps than there are, or none).
    [[nodiscard]] static Result<NoiseSampler>
    create(const NoiseSchedule& schedule, SamplerKind kind, std::size_t steps, std::optional<Range> clip);

    [[nodiscard]] const std::vector<std::size_t>& times() const { return m_times; } ///< falling
    /// x: the sample at times()[i]; predicted: what the network said; noise: drawn from by DDPM, whose steps
    /// are random. Calls come in order of i. Returns the next sample.
    [[nodiscard]] std::vector<float>
    step(std::size_t i, std::span<const float> x, std::span<const float> predicted, NormalNoise& noise);

private:
    NoiseSampler() = default;
    struct Estimate {
        std::vector<double> clean, noise; ///< x0 and e
    };
    Estimate estimate(double share, std::span<const float> x, std::span<const float> predicted) const;
    std::vector<float> ddim(std::size_t t, const Estimate& found) const;
    std::vector<float>
    ddpm(std::size_t t, std::span<const float> x, const Estimate& found, NormalNoise& noise) const;
    std::vector<float> dpmSolver(std::size_t i, std::span<const float> x, Estimate found);

    NoiseSchedule m_schedule;
    SamplerKind m_kind = SamplerKind::Ddim;
    std::optional<Range> m_clip;
    std::vector<double> m_shares; ///< abar
    std::vector<std::size_t> m_times;
    std::size_t m_stride = 1; ///< T / N
    std::vector<double> m_earlier; ///< DPM-Solver++: x0 of the step before
};

} // namespace tritloom
