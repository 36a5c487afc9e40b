#pragma once

#include "core/task/picture_probe.h"

#include <functional>
#include <optional>

namespace tritloom {

/// What a CompressorProbe tells, and what only a run of the calibration pictures tells: that probe is made
/// when it is first asked for something, for most transforms read the weights and no more. One thread.
class LatePictureProbe final : public CompressorProbe, public NetworkProbe {
public:
    using Make = std::function<Result<std::unique_ptr<PictureProbe>>()>;
    LatePictureProbe(
        std::shared_ptr<Compressor> compressor, std::vector<Candidate> candidates, std::stop_token stop,
        Make make)
        : CompressorProbe(std::move(compressor), std::move(candidates), std::move(stop))
        , m_make(std::move(make))
    {
    }

    std::size_t tokenCount() const override { return chunkCount(); }
    /// 1 where the pictures cannot be run: who asks for that one hears why.
    std::size_t chunkCount() const override
    {
        const auto made = probe();
        return made ? (*made)->chunkCount() : 1;
    }
    std::optional<double> timeStep(std::size_t chunk) const override
    {
        const auto made = probe();
        return made ? (*made)->timeStep(chunk) : std::nullopt;
    }
    Result<Tensor> stageInput(std::size_t stage, std::size_t chunk) override
    {
        return TRY(probe())->stageInput(stage, chunk);
    }
    Result<Losses> losses(std::span<const Replaced> replaced, std::size_t chunks) override
    {
        return TRY(probe())->losses(replaced, chunks);
    }
    Result<double> similarity(std::span<const Replaced> replaced, std::size_t pictures) override
    {
        return TRY(probe())->similarity(replaced, pictures);
    }

    Result<Values> values(std::size_t chunk) override { return TRY(probe())->values(chunk); }
    Result<Quality> qualityAs(std::span<const std::size_t> candidates, std::size_t samples) override
    {
        return TRY(probe())->qualityAs(candidates, samples);
    }
    std::size_t sampleCount() const override
    {
        const auto made = probe();
        return made ? (*made)->sampleCount() : 1;
    }
    Result<Bytes> given(std::size_t sample) override { return TRY(probe())->given(sample); }
    Result<Bytes> madeAs(std::span<const std::size_t> candidates, std::size_t sample) override
    {
        return TRY(probe())->madeAs(candidates, sample);
    }

private:
    Result<PictureProbe*> probe() const
    {
        if (!m_made)
            m_made = m_make();
        return m_made->map([](const std::unique_ptr<PictureProbe>& made) { return made.get(); });
    }

    Make m_make;
    mutable std::optional<Result<std::unique_ptr<PictureProbe>>> m_made; ///< what it was made of, or why not
};

} // namespace tritloom
