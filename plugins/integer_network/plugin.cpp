#include "plugins/integer_network/integer_network.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class IntegerNetworkPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<IntegerNetwork>(); }
};

} // namespace tritloom

#include "plugin.moc"
