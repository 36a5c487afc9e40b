#include "core/task/feature_evaluation.h"

#include "core/image/mean_discrepancy.h"

#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

Measured meanOf(const std::vector<double>& values)
{
    const double count = double(values.size()),
                 mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return {mean, count > 1 ? std::sqrt(squares / (count * (count - 1))) : 0};
}

} // namespace

Result<void> FeatureMeter::addPair(const FeatureNetwork::Seen& a, const FeatureNetwork::Seen& b)
{
    if (!a.maps.empty()) // else LPIPS has nothing to compare, and 0 would say that nothing differs
        m_lpips.push_back(TRY(lpips(a.maps, b.maps, m_network.linear())));
    TRY_VOID(addToA(a));
    return addToB(b);
}

Result<FeatureComparison> FeatureMeter::compare(std::stop_token stop) const
{
    FeatureComparison comparison{
        .lpips = {},
        .fid = {},
        .kid = {},
        .cmmd = {},
        .countA = m_a.count(),
        .countB = m_b.count(),
        .isBiased = false};
    if (!m_lpips.empty() && m_lpips.size() == m_a.count())
        comparison.lpips = meanOf(m_lpips);
    if (m_a.count() < 2 || m_b.count() < 2)
        return comparison;
    comparison.fid = TRY(frechetDistance(m_a, m_b));
    comparison.kid = TRY(kernelDistance(m_a, m_b, {}, stop));
    if (const auto cmmd = clipDiscrepancy(m_a, m_b, stop))
        comparison.cmmd = *cmmd;
    else if (cmmd.error().code == ErrorCode::Cancelled)
        return tl::unexpected(cmmd.error());
    comparison.isBiased = isBiasedFrechet(m_a, m_b);
    return comparison;
}

Result<FeatureEvaluation> evaluateFeatures(
    PictureSession& session, const Allocation& allocation, FeatureNetwork& network, const RealPictures& real,
    std::stop_token stop, const std::function<void(double fraction)>& progress)
{
    const PictureModel& model = *session.pass().model().picture;
    if (!makesPictures(model.task))
        return fail(
            ErrorCode::Unsupported,
            "a network for {} makes no pictures, so a feature network has nothing to compare: leave it out",
            nameOf(model.task));
    const auto shown = taskRow(model.task).shown;
    FeatureMeter reference(network), target(network), referenceTarget(network);
    FeatureEvaluation evaluation;
    const std::size_t total = session.samples().size(), work = total + real.count;
    bool hasTargets = false;
    const auto tell = [&](std::size_t done) {
        if (progress)
            progress(double(done) / double(work));
    };
    for (std::size_t i = 0; i < total; ++i) {
        const TaskOutput expected = TRY(session.referenceOutput(i, stop)),
                         made = TRY(session.output(i, allocation, NetworkPass::Keep::Everything, stop));
        const auto before = TRY(network.see(shown(model, session.samples()[i], expected), stop)),
                   now = TRY(network.see(shown(model, session.samples()[i], made), stop));
        evaluation.dimension = now.features.size();
        TRY_VOID(reference.addPair(before, now));
        if (const Picture& wanted = session.samples()[i].target; !wanted.isEmpty()) {
            hasTargets = true;
            const auto right = TRY(network.see(wanted, stop));
            TRY_VOID(target.addPair(right, now));
            TRY_VOID(referenceTarget.addPair(right, before));
        } else if (real.count > 0) {
            TRY_VOID(target.addToB(now));
            TRY_VOID(referenceTarget.addToB(before));
        }
        tell(i + 1);
    }
    if (!hasTargets)
        for (std::size_t i = 0; i < real.count; ++i) {
            const auto seen = TRY(network.see(TRY(real.picture(i)), stop));
            TRY_VOID(target.addToA(seen));
            TRY_VOID(referenceTarget.addToA(seen));
            tell(total + i + 1);
        }
    evaluation.toReference = TRY(reference.compare(stop));
    if (hasTargets || real.count > 0) {
        evaluation.toTarget = TRY(target.compare(stop));
        evaluation.referenceToTarget = TRY(referenceTarget.compare(stop));
    }
    return evaluation;
}

} // namespace tritloom
