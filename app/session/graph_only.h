#pragma once

#include "core/evaluate/compressor_probe.h"

namespace tritloom {

/// Shows a plugin the graph and nothing that would have to be read or run: whoever asks for more has found
/// something to do, and is stopped there (Cancelled). So a plugin says itself what it cannot do with a model,
/// in milliseconds.
class GraphOnly final : public CompressorProbe {
public:
    enum class Data { None, Text }; ///< whether there seems to be a part of a text to run on
    GraphOnly(std::shared_ptr<Compressor> compressor, Data data)
        : CompressorProbe(std::move(compressor), {{"int4g64", "rtn", {}}}, {})
        , m_data(data)
    {
    }
    std::size_t tokenCount() const override { return chunkCount(); }
    std::size_t chunkCount() const override { return m_data == Data::Text ? 1 : 0; }
    Result<Tensor> weights(std::size_t) override { return enough(); }
    Result<Tensor> tensor(TensorId) override { return enough(); }
    Result<Tensor> meanSquare(std::size_t) override { return enough(); }
    Result<Tensor> mean(std::size_t) override { return enough(); }
    Result<Tensor> meanAbsolute(std::size_t) override { return enough(); }
    Result<Tensor> maxAbsolute(std::size_t) override { return enough(); }
    Result<Tensor> gram(std::size_t) override { return enough(); }
    Result<Tensor> compressed(std::size_t, std::size_t) override { return enough(); }
    Result<Tensor> stageInput(std::size_t stage, std::size_t chunk) override
    {
        return m_data == Data::Text ? enough() : CompressorProbe::stageInput(stage, chunk);
    }
    Result<Losses> losses(std::span<const Replaced> replaced, std::size_t chunks) override
    {
        if (m_data == Data::None)
            return CompressorProbe::losses(replaced, chunks);
        return fail(ErrorCode::Cancelled, "only looked at");
    }

private:
    static Result<Tensor> enough() { return fail(ErrorCode::Cancelled, "only looked at"); }
    Data m_data;
};

} // namespace tritloom
