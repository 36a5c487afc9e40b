#include "plugins/bias_correction/bias_correction.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class BiasCorrectionPlugin final : public QObject, public ModelTransformPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_MODEL_TRANSFORM_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::ModelTransformPlugin)

public:
    std::unique_ptr<ModelTransform> create() const override { return std::make_unique<BiasCorrection>(); }
};

} // namespace tritloom

#include "plugin.moc"
