#pragma once

#include "app/session/allocate_controller.h"
#include "app/session/allocation_document.h"
#include "app/session/analysis_controller.h"
#include "app/session/base_model_controller.h"
#include "app/session/contract_controller.h"
#include "app/session/distribution_controller.h"
#include "app/session/evaluation_controller.h"
#include "app/session/export_controller.h"
#include "app/session/fine_tunes.h"
#include "app/session/interaction_controller.h"
#include "app/session/metric_controller.h"
#include "app/session/picture_preview_controller.h"
#include "app/session/pictures_controller.h"
#include "app/session/plugin_choice.h"
#include "app/session/plugin_host.h"
#include "app/session/selection.h"
#include "app/session/sensitivity_controller.h"
#include "app/session/speed_controller.h"
#include "app/session/text_controller.h"
#include "app/session/transform_controller.h"
#include "core/store/project_store.h"

#include <QObject>
#include <QThreadPool>

namespace tritloom {

/// The numbers that follow the pointer: arithmetic on the table, no tensor is touched.
struct Estimate {
    std::uint64_t bytes = 0; ///< exact: tensors as chosen
    double bitsPerWeight = 0; ///< exact, scales counted
    std::optional<double> predictedKl; ///< nats; absent of the original and while a cell is not measured
    std::uint64_t keyValueBytes = 0; ///< 16-bit cache for the chosen context
    std::uint64_t workspaceBytes = 0; ///< activations of one context (cost-models, section 4), estimate
    std::uint64_t targetBytes = 0; ///< the memory it should fit
    [[nodiscard]] std::uint64_t memoryBytes() const { return bytes + keyValueBytes + workspaceBytes; }
    [[nodiscard]] bool fits() const { return memoryBytes() <= targetBytes; }
};

/// What the user wants to fit, and how: belongs to the project.
struct Goal {
    std::size_t contextLength = 2048;
    std::uint64_t memoryBytes = 8'000'000'000;
    std::uint64_t budgetBytes = 0; ///< for the allocator, of the whole file
};

/// An open model with its document, selection and workers. One per project. GUI thread only.
class Workspace final : public QObject {
    Q_OBJECT

public:
    /// store: where allocation, history and results go after every step, and are taken from at first; null
    /// keeps nothing. Errors: those of Engine::create().
    [[nodiscard]] static Result<std::unique_ptr<Workspace>> create(
        std::shared_ptr<const Model> model, const PluginHost& plugins, EngineOptions options,
        std::shared_ptr<ProjectStore> store = {});
    /// The same for an engine that was made on another thread, as the window does: quick. fineTunes: of the
    /// project that it comes from; null: a list of its own, as the store has it.
    [[nodiscard]] static std::unique_ptr<Workspace> create(
        std::shared_ptr<Engine> engine, const PluginHost& plugins, std::shared_ptr<ProjectStore> store = {},
        std::shared_ptr<FineTunes> fineTunes = {});
    /// A project that keeps nothing of what is done to it, only what is measured. results: outlives it.
    [[nodiscard]] static Result<std::unique_ptr<Workspace>> create(
        std::shared_ptr<const Model> model, const PluginHost& plugins, EngineOptions options,
        ResultStore& results);
    ~Workspace() override;

    /// The project file that keeps a model's work when nobody saved it anywhere: one per model, by content.
    /// Errors: Io. A damaged one is put aside, with a notice.
    [[nodiscard]] static Result<ProjectStore::Opened> autosaveFor(const Model& model);
    [[nodiscard]] ProjectStore* store() { return m_store.get(); }
    [[nodiscard]] const std::shared_ptr<ProjectStore>& storeShared() const { return m_store; }
    /// Waits for the last autosave and writes a copy of the project. Errors: Io.
    [[nodiscard]] Result<void> saveCopy(const std::filesystem::path& path);

    /// A sentence about layers of the project whose format or method this program does not have: they are as
    /// stored, and the file keeps what it says until the first edit. Empty: none.
    [[nodiscard]] const std::string& unknownChoices() const { return m_unknownChoices; }

    [[nodiscard]] const Model& model() const { return *m_engine->model(); }
    [[nodiscard]] Engine& engine() { return *m_engine; }
    [[nodiscard]] const std::shared_ptr<Engine>& engineShared() const { return m_engine; }
    [[nodiscard]] const PluginHost& plugins() const { return m_plugins; }
    [[nodiscard]] const MethodLookup& methods() const { return m_engine->methods(); }
    [[nodiscard]] AllocationDocument& document() { return m_document; }
    [[nodiscard]] Selection& selection() { return m_selection; }
    [[nodiscard]] EvaluationController& evaluation() { return m_evaluation; }
    [[nodiscard]] SensitivityController& sensitivity() { return m_sensitivity; }
    [[nodiscard]] DistributionController& distribution() { return m_distribution; }
    [[nodiscard]] TextController& text() { return m_text; }
    [[nodiscard]] ExportController& exporter() { return m_export; }
    [[nodiscard]] SpeedController& speed() { return m_speed; }
    [[nodiscard]] ContractController& contract() { return m_contract; }
    [[nodiscard]] InteractionController& interaction() { return m_interaction; }
    [[nodiscard]] PicturesController& pictures() { return m_pictures; }
    [[nodiscard]] PicturePreviewController& picturePreview() { return m_picturePreview; }

    [[nodiscard]] AnalysisController& analyses() { return m_analyses; }
    [[nodiscard]] MetricController& metric() { return m_metric; }
    [[nodiscard]] TransformController& transforms() { return m_transforms; }
    [[nodiscard]] BaseModelController& baseModel() { return m_baseModel; }
    [[nodiscard]] const std::shared_ptr<FineTunes>& fineTunes() const { return m_fineTunes; }

    /// Where the model lies that this one's file was made from: findOriginal(); "": it was not found.
    [[nodiscard]] const std::filesystem::path& originalPlace() const { return m_originalPlace; }
    void setOriginalPlace(std::filesystem::path place) { m_originalPlace = std::move(place); }

    [[nodiscard]] const Goal& goal() const { return m_goal; }
    void setGoal(const Goal& goal); ///< a budget below smallestBudget() becomes that
    /// The fewest bytes that the table's candidates make of the file while pinned layers stay as they are.
    [[nodiscard]] std::uint64_t smallestBudget() const;
    /// Whether groups of a row are offered as GGUF's formats alone cannot reach four bits a weight.
    [[nodiscard]] bool offersRowGroups() const { return m_offersRowGroups; }
    /// Whether the budget is more than what stands in the field at first: it was set, or something is
    /// allocated.
    [[nodiscard]] bool hasBudget() const;
    [[nodiscard]] bool isUnchanged() const; ///< every layer is as the file has it

    /// What the table's candidates are fitted by, and with it the stops of the loom.
    [[nodiscard]] PluginChoice method() const;
    /// Other candidates; kept in the project. Layers that have their format already keep how it was made.
    void setMethod(const PluginChoice& method);

    /// How requestAllocation() distributes the budget; kept in the project.
    [[nodiscard]] const AllocatorChoice& allocator() const { return m_allocator; }
    void setAllocator(const AllocatorChoice& choice);
    void cancelAll(); ///< whatever runs in the background
    /// Goal, method, allocator, bits and pins of another project of the same layers, bits as one undo step.
    void takeOver(Workspace& other);

    /// The stops a layer can take, ascending bytes: the table's candidates as they fit it, and "as stored".
    [[nodiscard]] std::vector<LayerChoice> stopsOf(LayerId layer) const;
    [[nodiscard]] Estimate estimate(const Allocation& allocation) const; ///< under 1 ms for 1,000 layers
    /// What was found when the measurement of the document's allocation contradicted the prediction; null: it
    /// did not, or it has not been measured. The table has been corrected by it.
    [[nodiscard]] const Contradiction* contradiction() const;
    /// What the table says of the current allocation's divergence, as estimate() has it: corrected by what
    /// contradicted it; uncorrectedKl() (prediction.h) and contradiction() keep what it said before.
    [[nodiscard]] std::optional<double> prediction() const;
    /// The current allocation's measurement, once it is complete; null before.
    [[nodiscard]] const Evaluation* measurement() const;

    /// Moves bits to the goal's budget by the table; one undo step. Errors: see allocate().
    [[nodiscard]] Result<void> allocateToBudget();
    /// By the chosen allocator, on a thread of its own: allocated() or allocationFailed() follows. Where
    /// costs are a metric's that has not been asked yet, it is asked first.
    void requestAllocation();
    /// Up to three single-stop raises with the best gain per byte: "blk.2.attn_v to q4_k costs 1.1 MB, wins
    /// back 62 %".
    struct PayBack {
        LayerId layer{};
        LayerChoice choice;
        std::int64_t extraBytes = 0;
        double gainKl = 0, gainShare = 0; ///< share of the predicted loss that it wins back
    };
    [[nodiscard]] std::vector<PayBack> payBacks() const;

    /// Nobody looks at it any more, though steps may lead back to it: what runs is stopped, dialogs close.
    void leave();

signals:
    void left();
    void goalChanged();
    void allocated();
    void allocationNoticed(const QString& what); ///< what the allocator says of its solution
    void allocatorChanged();
    void allocationFailed(const QString& why);
    void saveFailed(const QString& why); ///< what is on the screen is not on the disk

private:
    [[nodiscard]] std::uint64_t fourBits() const; ///< a weight of the layers, the rest as stored
    [[nodiscard]] std::uint64_t standardBudget() const; ///< that, or the least that can be reached
    void offerRowGroups(); ///< where other formats cannot reach four bits
    Workspace(
        std::shared_ptr<Engine> engine, const PluginHost& plugins, std::shared_ptr<ProjectStore> store,
        ResultStore* results, std::shared_ptr<FineTunes> fineTunes = {});
    void restore();
    void autosave();
    void checkPrediction();
    void connectPictures();
    void takePictures();
    [[nodiscard]] AllocationRules rules() const;
    void take(const AllocationResult& result);
    void connectPlugins();
    void restorePlugins();
    void connectFineTunes();
    void keepSetting(const char* key, std::string text);

    std::shared_ptr<Engine> m_engine;
    std::string m_unknownChoices;
    std::shared_ptr<ProjectStore> m_store;
    QThreadPool m_saver; ///< one thread: saves in order, never on the GUI thread
    std::atomic<std::int64_t> m_lastEdit = 0; ///< the history row that the next measurement belongs to
    const PluginHost& m_plugins;
    Goal m_goal;
    AllocationDocument m_document;
    Selection m_selection;
    EvaluationController m_evaluation;
    SensitivityController m_sensitivity;
    DistributionController m_distribution;
    TextController m_text;
    ExportController m_export;
    SpeedController m_speed;
    ContractController m_contract;
    InteractionController m_interaction;
    PicturesController m_pictures;
    PicturePreviewController m_picturePreview;
    AllocateController m_allocate;
    AnalysisController m_analyses;
    MetricController m_metric;
    TransformController m_transforms;
    BaseModelController m_baseModel;
    std::shared_ptr<FineTunes> m_fineTunes;
    AllocatorChoice m_allocator;
    bool m_allocatesAfterMetric = false;
    std::filesystem::path m_originalPlace;
    bool m_offersRowGroups = false;
    std::uint64_t m_activationBytes = 0; ///< of a network on pictures, of one picture
    std::vector<Contradiction> m_contradictions; ///< of this session, one an allocation
};

} // namespace tritloom
