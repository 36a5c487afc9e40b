#include "plugins/cost_pareto/cost_pareto.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class CostParetoPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<CostPareto>(); }
};

} // namespace tritloom

#include "plugin.moc"
