#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tritloom {

/// Ways from noise to a picture: DDIM with eta 0, DPM-Solver++(2M), DDPM's ancestral steps.
enum class SamplerKind : std::uint8_t { Ddim, DpmSolver, Ddpm };
constexpr std::array<std::string_view, 3> samplerNames{"ddim", "dpm-solver++", "ddpm"};

/// How the betas grow over the time steps: linearly, as squares of linear numbers, as a squared cosine's
/// share falls.
enum class BetaKind : std::uint8_t { Linear, ScaledLinear, SquaredCosine };
/// What a network predicts: the noise, the velocity sqrt(abar) e - sqrt(1 - abar) x0, or the picture.
enum class Prediction : std::uint8_t { Noise, Velocity, Picture };
/// Which time steps a sampler visits: multiples of T / N, evenly from first to last, or back from T.
enum class Spacing : std::uint8_t { Leading, Linspace, Trailing };
/// The variance of a step of DDPM.
enum class StepVariance : std::uint8_t { FixedSmall, FixedLarge };

/// How noise grows with time in training and how a sampler goes back; the keys of a diffusers scheduler
/// config.
struct NoiseSchedule {
    std::size_t steps = 1000; ///< T
    BetaKind betas = BetaKind::Linear;
    double firstBeta = 1e-4, lastBeta = 0.02;
    std::vector<double> trainedBetas; ///< [T], instead of the formula; empty: none
    Prediction prediction = Prediction::Noise;
    SamplerKind sampler = SamplerKind::Ddim; ///< what the folder asks for
    Spacing spacing = Spacing::Leading;
    std::size_t offset = 0; ///< added to every visited step (steps_offset)
    bool endsClean = true; ///< DDIM: abar behind the last step is 1 (set_alpha_to_one), else abar[0]
    bool clips = true; ///< DDIM, DDPM: the predicted picture is kept in the range of pictures
    StepVariance variance = StepVariance::FixedSmall; ///< DDPM
    bool endsAtZero =
        true; ///< DPM-Solver++: sigma behind the last step is 0, else that of step 0 ("sigma_min")
    bool lowerOrderLast = true; ///< DPM-Solver++: the last of fewer than 15 steps is of first order

    friend bool operator==(const NoiseSchedule&, const NoiseSchedule&) = default;
};

/// Pictures behind a decoder: the sampler works on z, the decoder takes z / scale + shift.
struct LatentSpace {
    std::size_t channels = 4;
    std::size_t factor = 8; ///< pixels of the picture for one of the latent, each way
    double scale = 0.18215, shift = 0;
    friend bool operator==(const LatentSpace&, const LatentSpace&) = default;
};

} // namespace tritloom
