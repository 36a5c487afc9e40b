#include "app/session/picture_outcome.h"

#include "app/session/feature_depot.h"
#include "core/image/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tritloom {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double mostPsnr = 99; // as evaluations count equal pictures
constexpr std::size_t ssimWindow = 11, msSsimSmallest = 161;

} // namespace

std::vector<ClassGuess> likelyClasses(const Tensor& output, std::size_t count)
{
    const std::vector<double> logs = logProbabilities(classScores(output));
    std::vector<std::size_t> order(logs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    count = std::min(count, order.size());
    std::partial_sort(
        order.begin(), order.begin() + std::ptrdiff_t(count), order.end(),
        [&](std::size_t a, std::size_t b) { return logs[a] != logs[b] ? logs[a] > logs[b] : a < b; });
    std::vector<ClassGuess> guesses;
    for (std::size_t i = 0; i < count; ++i)
        guesses.push_back({order[i], std::exp(logs[order[i]])});
    return guesses;
}

PictureQuality qualityOf(const Picture& reference, const Picture& test)
{
    const std::size_t smaller = std::min(reference.height, reference.width);
    PictureQuality quality;
    quality.psnr = psnr(reference, test);
    quality.ssim = smaller < ssimWindow ? none : ssim(reference, test);
    quality.msSsim = smaller < msSsimSmallest ? none : msSsim(reference, test);
    quality.gmsd = gmsd(reference, test);
    quality.haarPsi = haarPsi(reference, test);
    quality.vsi = vsi(reference, test);
    quality.flip = flip(withChannels(reference, 3), withChannels(test, 3)).mean;
    return quality;
}

QualityMeter::QualityMeter(std::string features, std::string device)
    : m_features(std::move(features))
    , m_device(std::move(device))
{
}

Result<PictureQuality> QualityMeter::of(const Picture& reference, const Picture& test, std::stop_token stop)
{
    PictureQuality quality = qualityOf(reference, test);
    if (m_features.empty())
        return quality;
    if (!m_network)
        m_network = TRY(takeFeatureNetwork(m_features, m_device));
    const auto a = TRY(m_network->see(reference, stop)), b = TRY(m_network->see(test, stop));
    quality.lpips = TRY(lpips(a.maps, b.maps, m_network->linear()));
    return quality;
}

MeanQuality meanQuality(std::span<const PictureOutcome> outcomes)
{
    MeanQuality result;
    const auto mean = [&](double PictureQuality::*field) {
        double sum = 0;
        std::size_t count = 0;
        for (const PictureOutcome& outcome : outcomes)
            if (outcome.quality && !std::isnan((*outcome.quality).*field)) {
                sum += std::min((*outcome.quality).*field, mostPsnr);
                ++count;
            }
        result.mean.*field = count == 0 ? none : sum / double(count);
    };
    for (const auto field :
         {&PictureQuality::psnr, &PictureQuality::ssim, &PictureQuality::msSsim, &PictureQuality::gmsd,
          &PictureQuality::haarPsi, &PictureQuality::vsi, &PictureQuality::flip, &PictureQuality::lpips})
        mean(field);
    if (result.mean.psnr == mostPsnr) // every one of them
        result.mean.psnr = std::numeric_limits<double>::infinity();
    result.count =
        std::size_t(std::ranges::count_if(outcomes, [](const auto& o) { return o.quality.has_value(); }));
    return result;
}

} // namespace tritloom
