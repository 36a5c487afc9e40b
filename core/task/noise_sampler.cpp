#include "core/task/noise_sampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tritloom {
namespace {

std::vector<double> betasOf(const NoiseSchedule& schedule)
{
    if (!schedule.trainedBetas.empty())
        return schedule.trainedBetas;
    std::vector<double> betas(schedule.steps);
    const auto between = [&](double first, double last, std::size_t t) {
        return schedule.steps > 1 ? first + (last - first) * double(t) / double(schedule.steps - 1) : first;
    };
    // The share of the picture as a squared cosine of time; Nichol and Dhariwal 2021, equation 17.
    const auto cosine = [&](std::size_t t) {
        const double c =
            std::cos((double(t) / double(schedule.steps) + 0.008) / 1.008 * std::numbers::pi / 2);
        return c * c;
    };
    for (std::size_t t = 0; t < betas.size(); ++t)
        switch (schedule.betas) {
        case BetaKind::Linear:
            betas[t] = between(schedule.firstBeta, schedule.lastBeta, t);
            break;
        case BetaKind::ScaledLinear: {
            const double root = between(std::sqrt(schedule.firstBeta), std::sqrt(schedule.lastBeta), t);
            betas[t] = root * root;
            break;
        }
        case BetaKind::SquaredCosine:
            betas[t] = std::min(1 - cosine(t + 1) / cosine(t), 0.999);
            break;
        }
    return betas;
}

/// Whole numbers as numpy rounds them: halves to even.
std::size_t rounded(double value)
{
    return std::size_t(std::max(std::nearbyint(value), 0.0));
}

std::vector<std::size_t> timesOf(const NoiseSchedule& schedule, SamplerKind kind, std::size_t steps)
{
    const std::size_t total = schedule.steps;
    // DPM-Solver++ visits N of N + 1 places: the last is the clean picture.
    const bool leavesOut = kind == SamplerKind::DpmSolver;
    const std::size_t places = leavesOut ? steps + 1 : steps;
    std::vector<std::size_t> times;
    for (std::size_t k = 0; k < steps; ++k) {
        const std::size_t place = places - 1 - k;
        switch (schedule.spacing) {
        case Spacing::Leading:
            times.push_back(place * (total / places) + schedule.offset);
            break;
        case Spacing::Linspace:
            times.push_back(
                places == 1 ? 0 : rounded(double(place) * double(total - 1) / double(places - 1)));
            break;
        case Spacing::Trailing:
            times.push_back(rounded(double(total) - double(k) * double(total) / double(steps)) - 1);
            break;
        }
        times.back() = std::min(times.back(), total - 1);
    }
    return times;
}

/// How a sample at a step is made up: share of the picture, of the noise, and half the logarithm of their
/// ratio.
struct Level {
    double picture, noise, logRatio;
    explicit Level(double share)
        : picture(std::sqrt(share))
        , noise(std::sqrt(1 - share))
        , logRatio(std::log(picture / noise))
    {
    }
};

} // namespace

std::vector<double> signalShares(const NoiseSchedule& schedule)
{
    std::vector<double> shares;
    double product = 1;
    for (const double beta : betasOf(schedule))
        shares.push_back(product *= 1 - beta);
    return shares;
}

Result<NoiseSampler> NoiseSampler::create(
    const NoiseSchedule& schedule, SamplerKind kind, std::size_t steps, std::optional<Range> clip)
{
    if (steps == 0 || steps > schedule.steps || (kind == SamplerKind::DpmSolver && steps == schedule.steps))
        return fail(
            ErrorCode::InvalidInput, "{} steps, 1 to {} are possible", steps,
            schedule.steps - (kind == SamplerKind::DpmSolver ? 1 : 0));
    NoiseSampler sampler;
    sampler.m_schedule = schedule;
    sampler.m_kind = kind;
    // DPM-Solver++ of the second order does without: what is clipped is not what it extrapolates.
    if (schedule.clips && kind != SamplerKind::DpmSolver)
        sampler.m_clip = clip;
    sampler.m_shares = signalShares(schedule);
    sampler.m_stride = schedule.steps / steps;
    sampler.m_times = timesOf(schedule, kind, steps);
    return sampler;
}

NoiseSampler::Estimate
NoiseSampler::estimate(double share, std::span<const float> x, std::span<const float> predicted) const
{
    Estimate found{std::vector<double>(x.size()), std::vector<double>(x.size())};
    const double picture = std::sqrt(share), noise = std::sqrt(1 - share);
    for (std::size_t p = 0; p < x.size(); ++p) {
        const double said = double(predicted[p]), now = double(x[p]);
        double& clean = found.clean[p];
        double& e = found.noise[p];
        switch (m_schedule.prediction) {
        case Prediction::Noise:
            e = said;
            clean = (now - noise * e) / picture;
            break;
        case Prediction::Velocity:
            e = picture * said + noise * now;
            clean = picture * now - noise * said;
            break;
        case Prediction::Picture:
            clean = said;
            e = (now - picture * clean) / noise;
            break;
        }
        if (m_clip)
            clean = std::clamp(clean, m_clip->low, m_clip->high);
    }
    return found;
}

// x <- sqrt(abar_p) x0 + sqrt(1 - abar_p) e, x0 clipped, e as predicted.
std::vector<float> NoiseSampler::ddim(std::size_t t, const Estimate& found) const
{
    const double next = t >= m_stride ? m_shares[t - m_stride] : m_schedule.endsClean ? 1 : m_shares[0];
    const Level to(next);
    std::vector<float> x(found.clean.size());
    for (std::size_t p = 0; p < x.size(); ++p)
        x[p] = float(to.picture * found.clean[p] + to.noise * found.noise[p]);
    return x;
}

// With alpha = abar_t / abar_p and beta = 1 - alpha, the mean of the posterior is
// sqrt(abar_p) beta / (1 - abar_t) x0 + sqrt(alpha) (1 - abar_p) / (1 - abar_t) x; Ho et al. 2020,
// equation 7.
std::vector<float>
NoiseSampler::ddpm(std::size_t t, std::span<const float> x, const Estimate& found, NormalNoise& noise) const
{
    const double share = m_shares[t], next = t >= m_stride ? m_shares[t - m_stride] : 1;
    const double alpha = share / next, beta = 1 - alpha;
    const double ofClean = std::sqrt(next) * beta / (1 - share),
                 ofNow = std::sqrt(alpha) * (1 - next) / (1 - share);
    double variance = 0;
    std::vector<float> drawn;
    if (t > 0) {
        variance = m_schedule.variance == StepVariance::FixedLarge ? beta : (1 - next) / (1 - share) * beta;
        variance = std::max(variance, 1e-20);
        drawn = noise.draw(x.size());
    }
    std::vector<float> result(x.size());
    for (std::size_t p = 0; p < x.size(); ++p)
        result[p] = float(
            ofClean * found.clean[p] + ofNow * double(x[p])
            + (drawn.empty() ? 0 : std::sqrt(variance) * double(drawn[p])));
    return result;
}

// Lu et al. 2022, DPM-Solver++(2M) in its midpoint form.
std::vector<float> NoiseSampler::dpmSolver(std::size_t i, std::span<const float> x, Estimate found)
{
    const bool last = i + 1 == m_times.size();
    const Level now(m_shares[m_times[i]]);
    std::vector<float> result(x.size());
    if (last && m_schedule.endsAtZero) {
        for (std::size_t p = 0; p < x.size(); ++p)
            result[p] = float(found.clean[p]);
        return result;
    }
    const Level next(m_shares[last ? 0 : m_times[i + 1]]);
    const double h = next.logRatio - now.logRatio, decay = next.picture * std::expm1(-h);
    const bool first = m_earlier.empty() || (last && m_schedule.lowerOrderLast && m_times.size() < 15);
    const double ratio = first ? 1 : (now.logRatio - Level(m_shares[m_times[i - 1]]).logRatio) / h;
    for (std::size_t p = 0; p < x.size(); ++p) {
        double value = next.noise / now.noise * double(x[p]) - decay * found.clean[p];
        if (!first)
            value -= 0.5 * decay * (found.clean[p] - m_earlier[p]) / ratio;
        result[p] = float(value);
    }
    m_earlier = std::move(found.clean);
    return result;
}

std::vector<float> NoiseSampler::step(
    std::size_t i, std::span<const float> x, std::span<const float> predicted, NormalNoise& noise)
{
    const std::size_t t = m_times[i];
    Estimate found = estimate(m_shares[t], x, predicted);
    switch (m_kind) {
    case SamplerKind::Ddpm:
        return ddpm(t, x, found, noise);
    case SamplerKind::DpmSolver:
        return dpmSolver(i, x, std::move(found));
    case SamplerKind::Ddim:
        break;
    }
    return ddim(t, found);
}

} // namespace tritloom
