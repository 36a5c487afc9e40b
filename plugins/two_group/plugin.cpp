#include "plugins/method_plugin.h"
#include "plugins/two_group/two_group.h"

#include <QObject>

namespace tritloom {

class TwoGroupPlugin final : public QObject, public AllocatorPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ALLOCATOR_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AllocatorPlugin)

public:
    std::unique_ptr<Allocator> create() const override { return std::make_unique<TwoGroup>(); }
};

} // namespace tritloom

#include "plugin.moc"
