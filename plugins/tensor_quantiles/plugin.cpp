#include "plugins/method_plugin.h"
#include "plugins/tensor_quantiles/tensor_quantiles.h"

#include <QObject>

namespace tritloom {

class TensorQuantilesPlugin final : public QObject, public LayerMethodPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_LAYER_METHOD_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::LayerMethodPlugin)

public:
    std::unique_ptr<LayerMethod> create() const override { return std::make_unique<TensorQuantiles>(); }
};

} // namespace tritloom

#include "plugin.moc"
