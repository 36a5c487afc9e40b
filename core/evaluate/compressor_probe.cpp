#include "core/evaluate/compressor_probe.h"

#include "core/calibrate/model_values.h"
#include "core/sensitivity/sensitivity_table.h"

namespace tritloom {

CompressorProbe::CompressorProbe(
    std::shared_ptr<Compressor> compressor, std::vector<Candidate> candidates, std::stop_token stop,
    std::string whyNoStatistics)
    : m_compressor(std::move(compressor))
    , m_candidates(std::move(candidates))
    , m_stop(std::move(stop))
    , m_whyNoStatistics(std::move(whyNoStatistics))
{
    for (const Layer& layer : model().layers)
        m_facts.push_back(
            {layer.name, layer.role, layer.block, layer.tensor, layer.rows, layer.columns, layer.fusedSet});
    for (const Candidate& candidate : m_candidates)
        m_infos.push_back(
            {candidate.format, candidate.method,
             bitsPerWeight(model(), uniform(model(), candidate), m_compressor->methods())});
}

const Graph* CompressorProbe::graph() const
{
    return model().graph ? &*model().graph : nullptr;
}

Result<Tensor> CompressorProbe::tensor(TensorId id)
{
    return materialise(model().tensor(id));
}

Result<Statistics::OfLayer> CompressorProbe::statistics(std::size_t layer, Calibration need)
{
    if (m_compressor->statistics() == nullptr)
        return fail(ErrorCode::Unsupported, "{}", m_whyNoStatistics);
    return m_compressor->statistics()->of(LayerId(layer), need, m_stop);
}

Result<Tensor> CompressorProbe::meanSquare(std::size_t layer)
{
    return TRY(statistics(layer, Calibration::MeanSquare)).meanSquare;
}

Result<Tensor> CompressorProbe::mean(std::size_t layer)
{
    return TRY(statistics(layer, Calibration::MeanSquare)).mean;
}

Result<Tensor> CompressorProbe::meanAbsolute(std::size_t layer)
{
    return TRY(statistics(layer, Calibration::MeanSquare)).meanAbsolute;
}

Result<Tensor> CompressorProbe::maxAbsolute(std::size_t layer)
{
    return TRY(statistics(layer, Calibration::MeanSquare)).maxAbsolute;
}

Result<Tensor> CompressorProbe::gram(std::size_t layer)
{
    return *TRY(statistics(layer, Calibration::Gram)).gram;
}

Result<Executor::Weights> CompressorProbe::stored(TensorId id) const
{
    return storedWeights(model(), id);
}

Result<std::map<TensorId, Tensor>> CompressorProbe::byTensor(std::span<const Replaced> replaced) const
{
    std::map<TensorId, Tensor> tensors;
    for (const Replaced& change : replaced) {
        const LayerFacts& layer = m_facts[change.layer];
        if (change.weights.type().elements() != layer.parameters())
            return fail(ErrorCode::InvalidInput, "{}: other weights have another size", layer.name);
        tensors[layer.tensor] = change.weights;
    }
    return tensors;
}

Result<Tensor> CompressorProbe::stageInput(std::size_t, std::size_t)
{
    return fail(ErrorCode::Unsupported, "the network is not run here");
}

Result<ModelProbe::Losses> CompressorProbe::losses(std::span<const Replaced>, std::size_t)
{
    return fail(ErrorCode::Unsupported, "the network is not run here");
}

Result<double> CompressorProbe::similarity(std::span<const Replaced>, std::size_t)
{
    return fail(ErrorCode::Unsupported, "the network is not run here");
}

std::uint64_t CompressorProbe::bytes(std::size_t layer, std::size_t candidate)
{
    return bytesOf(model().layers[layer], choice(layer, candidate), m_compressor->methods());
}

Result<CompressedLayer> CompressorProbe::layerAs(std::size_t layer, std::size_t candidate)
{
    return m_compressor->compress(LayerId(layer), choice(layer, candidate), m_stop);
}

Result<Tensor> CompressorProbe::compressed(std::size_t layer, std::size_t candidate)
{
    return TRY(layerAs(layer, candidate)).dense();
}

} // namespace tritloom
