#include "plugins/block_orders/block_orders.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class BlockOrdersPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<BlockOrders>(); }
};

} // namespace tritloom

#include "plugin.moc"
