#include "plugins/diffusion_calibration/diffusion_calibration.h"
#include "plugins/method_plugin.h"

#include <QObject>

namespace tritloom {

class DiffusionCalibrationPlugin final : public QObject, public AnalysisPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID TRITLOOM_ANALYSIS_IID FILE "plugin.json")
    Q_INTERFACES(tritloom::AnalysisPlugin)

public:
    std::unique_ptr<Analysis> create() const override { return std::make_unique<DiffusionCalibration>(); }
};

} // namespace tritloom

#include "plugin.moc"
