#include "plugins/method_plugin.h"
#include "plugins/vision_bit_scaling/vision_bit_scaling.h"

#include <QObject>

namespace tritloom {

class VisionBitScalingPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<VisionBitScaling>(); }
};

} // namespace tritloom

#include "plugin.moc"
