#include "plugins/method_plugin.h"
#include "plugins/near_mean/near_mean.h"

#include <QObject>

namespace tritloom {

class NearMeanPlugin final : public QObject, public AllocatorPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ALLOCATOR_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AllocatorPlugin)

public:
    std::unique_ptr<Allocator> create() const override { return std::make_unique<NearMean>(); }
};

} // namespace tritloom

#include "plugin.moc"
