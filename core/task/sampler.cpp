#include "core/image/noise.h"
#include "core/task/task.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// abar_t = product of (1 - beta), linear betas.
std::vector<double> signalShares(const PictureModel& model)
{
    std::vector<double> shares;
    double product = 1;
    for (std::size_t t = 0; t < model.steps; ++t) {
        const double part = model.steps > 1 ? double(t) / double(model.steps - 1) : 0;
        product *= 1 - (model.firstBeta + (model.lastBeta - model.firstBeta) * part);
        shares.push_back(product);
    }
    return shares;
}

} // namespace

// x0 = (x - sqrt(1 - abar_t) e) / sqrt(abar_t); x <- sqrt(abar_p) x0 + sqrt(1 - abar_p) e, e as predicted.
Result<TaskOutput> generatePicture(
    NetworkPass& pass, std::uint64_t seed, const TaskOptions& options, const Allocation& allocation,
    NetworkPass::Keep keep, std::stop_token stop, const OnStep& onStep)
{
    const PictureModel& model = *pass.model().picture;
    const std::vector<double> shares = signalShares(model);
    if (options.steps == 0 || options.steps > shares.size())
        return fail(ErrorCode::InvalidInput, "{} steps, 1 to {} are possible", options.steps, shares.size());
    const Shape shape = nominalPicture(model);
    std::vector<float> x = NormalNoise(seed).draw(TensorType{nullptr, shape}.elements());
    const std::size_t stride = shares.size() / options.steps;
    // What 0 and 1 are for the network: the range the predicted picture is kept in.
    const double low = -model.normalisation.mean[0] / model.normalisation.deviation[0],
                 high = (model.normalisation.range - model.normalisation.mean[0]) / model.normalisation.deviation[0];
    TaskOutput output(1);
    for (std::size_t i = options.steps; i-- > 0;) {
        const std::size_t t = i * stride;
        const double share = shares[t], next = t >= stride ? shares[t - stride] : 1;
        const Tensor sample = Tensor::fromFloats(shape, x);
        const std::size_t inputs = pass.model().graph->inputs.size();
        std::vector<Tensor> given{sample};
        if (inputs > 1)
            given.push_back(Tensor::adoptFloats(
                pass.model().graph->inputs[1].shape, {float(double(t) * model.timeScale)}));
        const Key key = keyOf(
            "step", std::uint64_t(t),
            std::string_view(reinterpret_cast<const char*>(x.data()), x.size() * sizeof(float)));
        const Tensor noise = TRY(pass.run(given, key, allocation, keep, stop));
        const auto e = noise.floats();
        if (e.size() != x.size())
            return fail(ErrorCode::InvalidInput, "{} numbers of noise for {} of a picture", e.size(), x.size());
        for (std::size_t p = 0; p < x.size(); ++p) {
            double clean = (double(x[p]) - std::sqrt(1 - share) * double(e[p])) / std::sqrt(share);
            if (options.clip)
                clean = std::clamp(clean, low, high);
            x[p] = float(std::sqrt(next) * clean + std::sqrt(1 - next) * double(e[p]));
        }
        output.push_back(noise);
        if (onStep)
            onStep(options.steps - i, options.steps, given, Tensor::fromFloats(shape, x));
    }
    output[0] = Tensor::adoptFloats(shape, std::move(x));
    return output;
}

} // namespace tritloom
