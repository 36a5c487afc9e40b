#include "plugins/bit_planes/bit_planes.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class BitPlanesPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<BitPlanes>(); }
};

} // namespace tritloom

#include "plugin.moc"
