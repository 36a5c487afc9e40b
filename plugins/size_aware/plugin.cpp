#include "plugins/method_plugin.h"
#include "plugins/size_aware/size_aware.h"

#include <QObject>

namespace tritloom {

class SizeAwarePlugin final : public QObject, public SensitivityMetricPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_SENSITIVITY_METRIC_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::SensitivityMetricPlugin)

public:
    std::unique_ptr<SensitivityMetric> create() const override { return std::make_unique<SizeAware>(); }
};

} // namespace tritloom

#include "plugin.moc"
