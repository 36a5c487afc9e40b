#include "plugins/method_plugin.h"
#include "plugins/proxy_ranks/proxy_ranks.h"

#include <QObject>

namespace tritloom {

class ProxyRanksPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<ProxyRanks>(); }
};

} // namespace tritloom

#include "plugin.moc"
