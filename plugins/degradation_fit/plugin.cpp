#include "plugins/degradation_fit/degradation_fit.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class DegradationFitPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<DegradationFit>(); }
};

} // namespace tritloom

#include "plugin.moc"
