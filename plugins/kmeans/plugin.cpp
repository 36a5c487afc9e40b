#include "plugins/kmeans/kmeans.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class KMeansPlugin final : public QObject, public LayerMethodPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_LAYER_METHOD_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::LayerMethodPlugin)

public:
    std::unique_ptr<LayerMethod> create() const override { return std::make_unique<KMeans>(); }
};

} // namespace tritloom

#include "plugin.moc"
