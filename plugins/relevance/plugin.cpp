#include "plugins/method_plugin.h"
#include "plugins/relevance/relevance.h"

#include <QObject>

namespace tritloom {

class RelevancePlugin final : public QObject, public SensitivityMetricPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_SENSITIVITY_METRIC_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::SensitivityMetricPlugin)

public:
    std::unique_ptr<SensitivityMetric> create() const override { return std::make_unique<Relevance>(); }
};

} // namespace tritloom

#include "plugin.moc"
