#pragma once

#include "core/allocate/allocation.h"

#include <QObject>

#include <vector>

namespace tritloom {

/// Which layers the window is about; table, loom, charts share it. GUI thread only.
class Selection final : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;
    [[nodiscard]] const std::vector<LayerId>& layers() const { return m_layers; } ///< ascending, no doubles
    [[nodiscard]] LayerId current() const { return m_current; } ///< the one with the focus; layer 0 at first
    [[nodiscard]] bool contains(LayerId layer) const;
    void set(std::vector<LayerId> layers, LayerId current);
    void setSingle(LayerId layer) { set({layer}, layer); }

signals:
    void changed();

private:
    std::vector<LayerId> m_layers{LayerId(0)};
    LayerId m_current{};
};

} // namespace tritloom
