#include "app/session/selection.h"

#include <algorithm>

namespace tritloom {

bool Selection::contains(LayerId layer) const
{
    return std::binary_search(m_layers.begin(), m_layers.end(), layer);
}

void Selection::set(std::vector<LayerId> layers, LayerId current)
{
    std::sort(layers.begin(), layers.end());
    layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
    if (layers == m_layers && current == m_current)
        return;
    m_layers = std::move(layers);
    m_current = current;
    emit changed();
}

} // namespace tritloom
