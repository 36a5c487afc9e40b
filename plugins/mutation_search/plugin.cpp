#include "plugins/method_plugin.h"
#include "plugins/mutation_search/mutation_search.h"

#include <QObject>

namespace tritloom {

class MutationSearchPlugin final : public QObject, public AllocatorPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ALLOCATOR_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AllocatorPlugin)

public:
    std::unique_ptr<Allocator> create() const override { return std::make_unique<MutationSearch>(); }
};

} // namespace tritloom

#include "plugin.moc"
