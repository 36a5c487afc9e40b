#include "plugins/scale_distillation/signed_layers.h"

#include "core/method/row_packer.h"

#include <algorithm>

namespace tritloom {

Result<bool> SignedLayers::add(TensorId id, const CompressedLayer& made)
{
    if (!made.isReplacement())
        return false;
    Layer layer{.id = id, .made = *made.replacement()};
    const std::size_t weights = layer.made.outputs * layer.made.inputs, parts = layer.made.parts.size();
    const auto numbers = [](const LayerReplacement::Part& part) { return part.tensor.type().elements(); };
    // Files of others may hold parts of these names and of any sizes.
    if (parts < 3 || parts % 2 == 0 || !layer.made.parts.front().isShared
        || numbers(layer.made.parts.front()) != weights)
        return false;
    std::vector<float> scales;
    for (std::size_t p = 1; p < parts; p += 2) {
        const LayerReplacement::Part &signs = layer.made.parts[p], &scale = layer.made.parts[p + 1];
        const bool isPlane = signs.name.starts_with("signs.") && scale.name.starts_with("scale.")
            && numbers(signs) == weights && (numbers(scale) == 1 || numbers(scale) == layer.made.outputs);
        if (!isPlane)
            return false;
        const std::vector<float> values = scale.tensor.toFloats();
        layer.planes.push_back(
            {signs.tensor.toFloats(), m_scales.size() + scales.size(), values.size(), p + 1});
        scales.insert(scales.end(), values.begin(), values.end());
    }
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

Tensor SignedLayers::scalesOf(const Layer& layer, const Plane& plane, const std::vector<float>& scales)
{
    const TensorType& type = layer.made.parts[plane.part].tensor.type();
    return encodedAs(type.format->id(), type.shape, std::span(scales).subspan(plane.first, plane.count));
}

std::vector<float> SignedLayers::stored(const std::vector<float>& scales) const
{
    std::vector<float> stored = scales;
    for (const Layer& layer : m_layers)
        for (const Plane& plane : layer.planes)
            std::ranges::copy(
                scalesOf(layer, plane, scales).toFloats(), stored.begin() + std::ptrdiff_t(plane.first));
    return stored;
}

std::map<TensorId, LayerReplacement> SignedLayers::replacements(const std::vector<float>& scales) const
{
    std::map<TensorId, LayerReplacement> list;
    for (const Layer& layer : m_layers) {
        LayerReplacement made = layer.made;
        for (const Plane& plane : layer.planes)
            made.parts[plane.part].tensor = scalesOf(layer, plane, scales);
        list.emplace(layer.id, std::move(made));
    }
    return list;
}

} // namespace tritloom
