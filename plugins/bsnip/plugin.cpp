#include "plugins/bsnip/bsnip.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class BitSnipPlugin final : public QObject, public SensitivityMetricPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_SENSITIVITY_METRIC_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::SensitivityMetricPlugin)

public:
    std::unique_ptr<SensitivityMetric> create() const override { return std::make_unique<BitSnip>(); }
};

} // namespace tritloom

#include "plugin.moc"
