#include "plugins/bit_scaling/bit_scaling.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class BitScalingPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<BitScaling>(); }
};

} // namespace tritloom

#include "plugin.moc"
