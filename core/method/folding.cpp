#include "core/method/folding.h"

namespace tritloom {

Result<Tensor> Folding::tensor(TensorId id)
{
    if (const auto found = m_changed.find(id); found != m_changed.end())
        return found->second;
    const Tensor stored = TRY(m_probe.tensor(id));
    return Tensor::adoptFloats(stored.type().shape, stored.toFloats());
}

Result<void> Folding::scaleColumns(TensorId id, std::span<const float> factors)
{
    const Tensor before = TRY(tensor(id));
    std::vector<float> values = before.toFloats();
    if (values.size() % factors.size() != 0)
        return fail(ErrorCode::InvalidInput, "{} factors for a tensor of {}", factors.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] *= factors[i % factors.size()];
    set(id, Tensor::adoptFloats(before.type().shape, std::move(values)));
    return {};
}

Result<void> Folding::fold(const FoldPoint& point, std::span<const float> scales)
{
    std::vector<float> inverse(scales.size());
    for (std::size_t i = 0; i < scales.size(); ++i)
        inverse[i] = 1 / scales[i];
    for (const TensorId id : point.dividedVectors)
        TRY_VOID(scaleColumns(id, inverse));
    for (const TensorId id : point.dividedRows) {
        const Tensor before = TRY(tensor(id));
        std::vector<float> values = before.toFloats();
        const std::size_t columns = before.type().columns();
        if (before.type().rows() != scales.size())
            return fail(
                ErrorCode::InvalidInput, "{} factors for {} rows", scales.size(), before.type().rows());
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] *= inverse[i / columns];
        set(id, Tensor::adoptFloats(before.type().shape, std::move(values)));
    }
    for (const TensorId id : point.readers)
        TRY_VOID(scaleColumns(id, scales));
    return {};
}

Result<std::size_t> layerOf(const ModelProbe& probe, TensorId id)
{
    const auto layers = probe.layers();
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (layers[i].tensor == id)
            return i;
    return fail(ErrorCode::InvalidInput, "tensor {} is no layer", std::size_t(id));
}

} // namespace tritloom
