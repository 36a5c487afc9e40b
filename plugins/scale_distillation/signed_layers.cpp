#include "plugins/scale_distillation/signed_layers.h"

#include "core/method/row_packer.h"

namespace tritloom {

Result<bool> SignedLayers::add(TensorId id, const CompressedLayer& made)
{
    if (!made.isReplacement())
        return false;
    Layer layer{.id = id, .made = *made.replacement()};
    std::vector<float> scales;
    for (std::size_t p = 0; p + 1 < layer.made.parts.size(); ++p) {
        const LayerReplacement::Part &signs = layer.made.parts[p], &scale = layer.made.parts[p + 1];
        if (!signs.name.starts_with("signs.") || !scale.name.starts_with("scale."))
            continue;
        const std::vector<float> values = scale.tensor.toFloats();
        layer.planes.push_back(
            {signs.tensor.toFloats(), m_scales.size() + scales.size(), values.size(), p + 1});
        scales.insert(scales.end(), values.begin(), values.end());
    }
    const bool isSum = !layer.planes.empty() && layer.made.parts.front().isShared
        && layer.made.parts.size() == 1 + 2 * layer.planes.size();
    if (!isSum)
        return false;
    layer.base = layer.made.parts.front().tensor.toFloats();
    m_scales.insert(m_scales.end(), scales.begin(), scales.end());
    m_ids.insert(id);
    m_layers.push_back(std::move(layer));
    return true;
}

TensorMap SignedLayers::sums(const std::vector<float>& scales) const
{
    TensorMap sums;
    for (const Layer& layer : m_layers) {
        std::vector<float> sum = layer.base;
        for (const Plane& plane : layer.planes)
            for (std::size_t i = 0; i < sum.size(); ++i)
                sum[i] += scales[plane.first + (plane.count == 1 ? 0 : i / layer.made.inputs)] * plane.signs[i];
        sums[layer.id] = Tensor::adoptFloats({layer.made.outputs, layer.made.inputs}, std::move(sum));
    }
    return sums;
}

std::vector<double> SignedLayers::slopes(const std::map<TensorId, std::vector<double>>& byWeight) const
{
    std::vector<double> slopes(m_scales.size());
    for (const Layer& layer : m_layers) {
        const auto found = byWeight.find(layer.id);
        if (found == byWeight.end())
            continue; // nothing in the graph reads it
        for (const Plane& plane : layer.planes)
            for (std::size_t i = 0; i < plane.signs.size(); ++i)
                slopes[plane.first + (plane.count == 1 ? 0 : i / layer.made.inputs)] +=
                    found->second[i] * double(plane.signs[i]);
    }
    return slopes;
}

std::map<TensorId, LayerReplacement> SignedLayers::replacements(const std::vector<float>& scales) const
{
    std::map<TensorId, LayerReplacement> list;
    for (const Layer& layer : m_layers) {
        LayerReplacement made = layer.made;
        for (const Plane& plane : layer.planes) {
            Tensor& scale = made.parts[plane.part].tensor;
            scale = encodedAs(
                scale.type().format->id(), scale.type().shape,
                std::span(scales).subspan(plane.first, plane.count));
        }
        list.emplace(layer.id, std::move(made));
    }
    return list;
}

} // namespace tritloom
