#include "plugins/method_plugin.h"
#include "plugins/top_eigenvalue/top_eigenvalue.h"

#include <QObject>

namespace tritloom {

class TopEigenvaluePlugin final : public QObject, public SensitivityMetricPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_SENSITIVITY_METRIC_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::SensitivityMetricPlugin)

public:
    std::unique_ptr<SensitivityMetric> create() const override
    {
        return std::make_unique<TopEigenvalueMetric>();
    }
};

} // namespace tritloom

#include "plugin.moc"
