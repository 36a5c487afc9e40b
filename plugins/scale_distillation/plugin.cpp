#include "plugins/method_plugin.h"
#include "plugins/scale_distillation/scale_distillation.h"

#include <QObject>

namespace tritloom {

class ScaleDistillationPlugin final : public QObject, public ModelTransformPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_MODEL_TRANSFORM_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::ModelTransformPlugin)

public:
    std::unique_ptr<ModelTransform> create() const override { return std::make_unique<ScaleDistillation>(); }
};

} // namespace tritloom

#include "plugin.moc"
