#include "plugins/integer_functions/integer_functions.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class IntegerFunctionsPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<IntegerFunctions>(); }
};

} // namespace tritloom

#include "plugin.moc"
