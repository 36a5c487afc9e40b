#include "core/calibrate/stage_keys.h"

#include <algorithm>

namespace tritloom {

StageKeys::StageKeys(const Compressor& compressor)
    : m_compressor(compressor)
    , m_layerOfTensor(compressor.model().file->tensors.size())
{
    const Model& model = compressor.model();
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        m_layerOfTensor[std::size_t(model.layers[i].tensor)] = LayerId(i);
    if (!model.graph)
        return;
    m_stageTensors.resize(model.graph->stageCount);
    for (const Node& node : model.graph->nodes)
        for (const TensorId id : node.weights)
            m_stageTensors[node.stage].push_back(id);
}

std::vector<Key> StageKeys::of(const Key& inputs, const Allocation& allocation) const
{
    std::vector<Key> keys;
    Key key = inputs;
    for (const auto& tensors : m_stageTensors) {
        for (const TensorId id : tensors)
            if (const auto layer = layerOf(id))
                key = keyOf(key, m_compressor.keyOfChoice(*layer, allocation[*layer]));
        keys.push_back(key = keyOf("stage", key));
    }
    return keys;
}

Key StageKeys::last(const Key& inputs, const Allocation& allocation) const
{
    const std::vector<Key> keys = of(inputs, allocation);
    return keys.empty() ? Key{} : keys.back();
}

std::size_t bytesOf(const ValueMap& values)
{
    std::size_t bytes = 0;
    for (const auto& [id, tensor] : values)
        bytes += tensor.bytes().size();
    return bytes;
}

std::size_t keptBorderSpacing(std::size_t borderBytes, std::size_t stages, std::size_t capacityBytes)
{
    return 1 + borderBytes * stages * 32 / std::max<std::size_t>(capacityBytes, 1);
}

} // namespace tritloom
