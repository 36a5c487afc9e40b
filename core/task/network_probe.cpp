#include "core/task/network_probe.h"

#include "core/sensitivity/sensitivity_table.h"

namespace tritloom {

NetworkProbe::NetworkProbe(
    std::shared_ptr<Compressor> compressor, std::vector<Candidate> candidates, std::stop_token stop)
    : m_compressor(std::move(compressor))
    , m_candidates(std::move(candidates))
    , m_stop(std::move(stop))
{
    for (const Layer& layer : model().layers)
        m_facts.push_back(
            {layer.name, layer.role, layer.block, layer.tensor, layer.rows, layer.columns, layer.fusedSet});
    for (const Candidate& candidate : m_candidates)
        m_infos.push_back(
            {candidate.format, candidate.method,
             bitsPerWeight(model(), uniform(model(), candidate), m_compressor->methods())});
}

const Graph* NetworkProbe::graph() const
{
    return model().graph ? &*model().graph : nullptr;
}

Result<Tensor> NetworkProbe::tensor(TensorId id)
{
    return materialise(model().tensor(id));
}

Result<Statistics::OfLayer> NetworkProbe::statistics(std::size_t layer, Calibration need)
{
    if (m_compressor->statistics() == nullptr)
        return fail(ErrorCode::Unsupported, "there are no calibration pictures");
    return m_compressor->statistics()->of(LayerId(layer), need, m_stop);
}

Result<Tensor> NetworkProbe::meanSquare(std::size_t layer)
{
    return TRY(statistics(layer, Calibration::MeanSquare)).meanSquare;
}

Result<Tensor> NetworkProbe::meanAbsolute(std::size_t layer)
{
    return TRY(statistics(layer, Calibration::MeanSquare)).meanAbsolute;
}

Result<Tensor> NetworkProbe::maxAbsolute(std::size_t layer)
{
    return TRY(statistics(layer, Calibration::MeanSquare)).maxAbsolute;
}

Result<Tensor> NetworkProbe::gram(std::size_t layer)
{
    return *TRY(statistics(layer, Calibration::Gram)).gram;
}

Result<Tensor> NetworkProbe::stageInput(std::size_t, std::size_t)
{
    return fail(ErrorCode::Unsupported, "the network is not run here");
}

Result<ModelProbe::Losses> NetworkProbe::losses(std::span<const Replaced>, std::size_t)
{
    return fail(ErrorCode::Unsupported, "the network is not run here");
}

Result<double> NetworkProbe::similarity(std::span<const Replaced>, std::size_t)
{
    return fail(ErrorCode::Unsupported, "the network is not run here");
}

std::uint64_t NetworkProbe::bytes(std::size_t layer, std::size_t candidate)
{
    const Layer& what = model().layers[layer];
    return bytesOf(what, choiceFor(what, m_candidates[candidate]), m_compressor->methods());
}

Result<Tensor> NetworkProbe::compressed(std::size_t layer, std::size_t candidate)
{
    const LayerChoice choice = choiceFor(model().layers[layer], m_candidates[candidate]);
    return TRY(m_compressor->compress(LayerId(layer), choice, m_stop)).dense();
}

} // namespace tritloom
