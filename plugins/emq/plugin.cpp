#include "plugins/emq/emq.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class EmqPlugin final : public QObject, public SensitivityMetricPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_SENSITIVITY_METRIC_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::SensitivityMetricPlugin)

public:
    std::unique_ptr<SensitivityMetric> create() const override { return std::make_unique<Emq>(); }
};

} // namespace tritloom

#include "plugin.moc"
