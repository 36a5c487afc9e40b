#include "core/task/picture_probe.h"

#include <cmath>

namespace tritloom {
namespace {

NetworkProbe::Bytes bytesOf(const Picture& picture, std::string name)
{
    NetworkProbe::Bytes bytes{std::move(name), picture.channels, picture.height, picture.width, {}};
    for (const float value : rounded8(picture).values)
        bytes.values.push_back(std::uint8_t(std::lround(value * 255)));
    return bytes;
}

/// A mean that is NaN when nothing was added.
struct Mean {
    double sum = 0;
    std::size_t count = 0;
    void add(float value)
    {
        if (std::isnan(value))
            return;
        sum += double(value);
        ++count;
    }
    [[nodiscard]] double value() const
    {
        return count > 0 ? sum / double(count) : std::numeric_limits<double>::quiet_NaN();
    }
};

} // namespace

Result<NetworkProbe::Values> PictureProbe::values(std::size_t chunk)
{
    if (chunk >= m_parts.size())
        return fail(ErrorCode::InvalidInput, "part {} of {}", chunk, m_parts.size());
    ValueMap live;
    Values result;
    result.graph = TRY(graphOf(m_parts[chunk], live));
    result.values = live;
    // An executor leaves what is read later; with a stage for every node that is every value in turn.
    Graph fine = result.graph;
    for (std::size_t n = 0; n < fine.nodes.size(); ++n)
        fine.nodes[n].stage = n;
    fine.stageCount = fine.nodes.size();
    const auto asStored = [this](TensorId id) { return stored(id); };
    const GraphPart network = result.graph.part(m_parts[chunk].network);
    for (std::size_t n = 0; n < fine.nodes.size(); ++n) {
        if (const std::size_t stage = result.graph.nodes[n].stage;
            stage < network.firstStage || stage > network.lastStage)
            continue;
        ValueMap values = result.values;
        TRY_VOID(m_pass->executor().run(fine, n, n, values, asStored, nullptr, stop()));
        if (const auto made = values.find(fine.nodes[n].output); made != values.end())
            result.values[made->first] = made->second;
    }
    return result;
}

Allocation PictureProbe::allocationOf(std::span<const std::size_t> candidates) const
{
    Allocation allocation = model().original();
    for (std::size_t i = 0; i < candidates.size(); ++i)
        if (candidates[i] != storedWeights)
            allocation.layers[i] = choice(i, candidates[i]);
    return allocation;
}

Result<TaskOutput> PictureProbe::made(const Allocation& allocation, std::size_t sample)
{
    if (sample >= m_samples.size())
        return fail(ErrorCode::InvalidInput, "sample {} of {}", sample, m_samples.size());
    m_pass->replaceWeights({});
    return taskRow(model().picture->task)
        .run(*m_pass, m_samples[sample], m_options, allocation, NetworkPass::Keep::Nothing, stop());
}

Result<NetworkProbe::Quality>
PictureProbe::qualityAs(std::span<const std::size_t> candidates, std::size_t samples)
{
    const Allocation allocation = allocationOf(candidates);
    const std::size_t count = samples == 0 ? m_samples.size() : std::min(samples, m_samples.size());
    Mean divergence, loss, top1, agreement, psnr, ssim;
    for (std::size_t i = 0; i < count; ++i) {
        const PictureScores scores =
            TRY(taskRow(model().picture->task)
                    .judge(*model().picture, m_samples[i], m_made[i], TRY(made(allocation, i))));
        divergence.add(scores.divergence);
        loss.add(scores.loss);
        top1.add(scores.top1);
        agreement.add(scores.agrees);
        psnr.add(std::isnan(scores.psnr) ? scores.fidelity : scores.psnr);
        ssim.add(scores.ssim);
    }
    return Quality{
        .samples = count,
        .divergence = divergence.value(),
        .loss = loss.value(),
        .top1 = top1.value(),
        .agreement = agreement.value(),
        .psnr = psnr.value(),
        .ssim = ssim.value()};
}

Result<NetworkProbe::Bytes> PictureProbe::given(std::size_t sample)
{
    if (sample >= m_samples.size())
        return fail(ErrorCode::InvalidInput, "sample {} of {}", sample, m_samples.size());
    return bytesOf(m_samples[sample].given, m_samples[sample].name);
}

Result<NetworkProbe::Bytes> PictureProbe::madeAs(std::span<const std::size_t> candidates, std::size_t sample)
{
    const PictureModel& picture = *model().picture;
    if (!makesPictures(picture.task))
        return fail(ErrorCode::Unsupported, "a network for {} makes no pictures", nameOf(picture.task));
    const TaskOutput output = TRY(made(allocationOf(candidates), sample));
    return bytesOf(taskRow(picture.task).shown(picture, m_samples[sample], output), m_samples[sample].name);
}

} // namespace tritloom
