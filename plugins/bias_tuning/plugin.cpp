#include "plugins/bias_tuning/bias_tuning.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class BiasTuningPlugin final : public QObject, public ModelTransformPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_MODEL_TRANSFORM_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::ModelTransformPlugin)

public:
    std::unique_ptr<ModelTransform> create() const override { return std::make_unique<BiasTuning>(); }
};

} // namespace tritloom

#include "plugin.moc"
