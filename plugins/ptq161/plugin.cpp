#include "plugins/method_plugin.h"
#include "plugins/ptq161/ptq161.h"

#include <QObject>

namespace tritloom {

class Ptq161Plugin final : public QObject, public LayerMethodPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_LAYER_METHOD_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::LayerMethodPlugin)

public:
    std::unique_ptr<LayerMethod> create() const override { return std::make_unique<Ptq161>(); }
};

} // namespace tritloom

#include "plugin.moc"
