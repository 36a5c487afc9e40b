#include "app/session/workspace.h"

#include "app/session/reach.h"
#include "app/session/running_work.h"

#include <QDir>
#include <QLocale>
#include <QStandardPaths>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tritloom {

Result<std::unique_ptr<Workspace>> Workspace::create(
    std::shared_ptr<const Model> model, const PluginHost& plugins, EngineOptions options,
    std::shared_ptr<ProjectStore> store)
{
    auto engine = TRY(Engine::create(std::move(model), plugins.lookup(), std::move(options)));
    return create(std::move(engine), plugins, std::move(store));
}

std::unique_ptr<Workspace> Workspace::create(
    std::shared_ptr<Engine> engine, const PluginHost& plugins, std::shared_ptr<ProjectStore> store,
    std::shared_ptr<FineTunes> fineTunes)
{
    ResultStore* const results = store.get();
    return std::unique_ptr<Workspace>(
        new Workspace(std::move(engine), plugins, std::move(store), results, std::move(fineTunes)));
}

Result<std::unique_ptr<Workspace>> Workspace::create(
    std::shared_ptr<const Model> model, const PluginHost& plugins, EngineOptions options,
    ResultStore& results)
{
    auto engine = TRY(Engine::create(std::move(model), plugins.lookup(), std::move(options)));
    return std::unique_ptr<Workspace>(new Workspace(std::move(engine), plugins, nullptr, &results));
}

Workspace::Workspace(
    std::shared_ptr<Engine> engine, const PluginHost& plugins, std::shared_ptr<ProjectStore> store,
    ResultStore* results, std::shared_ptr<FineTunes> fineTunes)
    : m_engine(std::move(engine))
    , m_store(std::move(store))
    , m_plugins(plugins)
    , m_document(m_engine->model()->original())
    , m_evaluation(m_engine, results)
    , m_sensitivity(m_engine, results)
    , m_distribution(m_engine)
    , m_text(m_engine)
    , m_export(m_engine)
    , m_speed(m_engine)
    , m_contract(m_engine->model())
    , m_interaction(m_engine, results)
    , m_pictures(m_engine)
    , m_picturePreview(m_engine)
    , m_allocate(m_engine->model(), [&plugins](std::string_view id) { return plugins.allocator(id); })
    , m_analyses(m_engine, plugins)
    , m_metric(m_engine, plugins)
    , m_transforms(m_engine, plugins)
    , m_baseModel(m_engine)
    , m_fineTunes(std::move(fineTunes))
{
    m_saver.setMaxThreadCount(1);
    if (model().contextLength > 0) // no cache is longer than what the model was made for
        m_goal.contextLength = std::min(m_goal.contextLength, model().contextLength);
    restore();
    if (!m_store)
        offerRowGroups(); // else with the project's method
    m_goal.budgetBytes =
        m_goal.budgetBytes == 0 ? standardBudget() : std::max(m_goal.budgetBytes, smallestBudget());
    m_contract.request(m_document.allocation());
    if (model().picture) // cells of few pictures are cheap to look at, of classes all are needed
        m_sensitivity.setChunkLimit(makesPictures(model().picture->task) ? 2 : 0);
    m_sensitivity.recall();
    connect(&m_document, &AllocationDocument::changed, this, [this] {
        m_contract.request(m_document.allocation());
        m_interaction.cancel();
        if (m_document.inGesture())
            m_evaluation.request(m_document.allocation());
    });
    // Every finished change, undo and redo is a step of the stack.
    connect(&m_document.undoStack(), &QUndoStack::indexChanged, this, [this] {
        m_evaluation.request(m_document.allocation());
        autosave();
    });
    connectPictures();
    connectPlugins();
    connectFineTunes();
    connect(&m_interaction, &InteractionController::found, this, [this](const Contradiction& found) {
        m_contradictions.push_back(found);
        m_sensitivity.setCompany(correctedCompany(m_sensitivity.table(), found));
        if (m_store)
            m_saver.start([this, company = m_sensitivity.table().company] {
                (void)m_store->setSetting(
                    "company", std::as_bytes(std::span(company))); // found again next time
            });
    });
    connect(&m_evaluation, &EvaluationController::finished, this, &Workspace::checkPrediction);
    connect(&m_sensitivity, &SensitivityController::runningChanged, this, &Workspace::checkPrediction);
    // Results are worth hours: that a disk is full must not show only when they are measured again.
    const auto tellIfNotKept = [this] {
        if (!m_store || m_sensitivity.isRunning())
            return;
        if (const std::string problem = m_store->lastProblem(); !problem.empty())
            emit saveFailed(QString::fromStdString(problem));
    };
    connect(&m_evaluation, &EvaluationController::finished, this, tellIfNotKept);
    connect(&m_sensitivity, &SensitivityController::runningChanged, this, tellIfNotKept);
    connect(&m_evaluation, &EvaluationController::finished, this, [this] {
        const auto& latest = m_evaluation.latest();
        if (m_store && latest && latest->isComplete() && latest->allocation == m_document.allocation()
            && !m_document.inGesture()) // what is dragged through has no history row yet
            m_saver.start([this, kl = latest->kl.value] {
                if (m_lastEdit != 0)
                    (void)m_store->setEditKl(m_lastEdit, kl); // a history row without its effect is no loss
            });
    });
}

Workspace::~Workspace()
{
    emit left();
    // A stack with steps announces its end; by then the controllers it would ask are gone.
    m_document.undoStack().disconnect(this);
    m_saver.waitForDone();
}

Result<ProjectStore::Opened> Workspace::autosaveFor(const Model& model)
{
    const QDir folder(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + "/projects");
    if (!folder.mkpath("."))
        return fail(ErrorCode::Io, "{}: the folder cannot be made", folder.path().toStdString());
    return ProjectStore::openOrReplace(
        folder.filePath(QString::fromStdString(hexadecimal(model.key)) + ".tritproj").toStdString());
}

void Workspace::restore()
{
    if (!m_store)
        return;
    if (const auto bytes = m_store->setting("goal"); bytes && bytes->size() == sizeof(Goal))
        std::memcpy(&m_goal, bytes->data(), sizeof m_goal);
    if (const auto bytes = m_store->setting("company");
        bytes && bytes->size() == sizeof(double) * model().layers.size()) {
        std::vector<double> company(model().layers.size());
        std::memcpy(company.data(), bytes->data(), bytes->size());
        if (std::ranges::all_of(company, [](double factor) { return std::isfinite(factor) && factor > 0; }))
            m_sensitivity.setCompany(std::move(company));
    }
    restorePlugins();
    auto saved = m_store->load(model(), "current");
    if (!saved || !*saved)
        return;
    std::vector<std::string> unknown = (*saved)->unknown;
    for (std::size_t i = 0; i < model().layers.size(); ++i)
        if (LayerChoice& choice = (*saved)->allocation.layers[i];
            !choice.format.empty() && m_plugins.find(choice.method) == nullptr) {
            unknown.push_back(
                fmt::format("{} ({} by {})", model().layers[i].name, choice.format, choice.method));
            choice = {};
        }
    if (!unknown.empty()) {
        constexpr std::size_t mostNamed = 3;
        const std::size_t named = std::min(unknown.size(), mostNamed);
        m_unknownChoices = fmt::format(
            "for {} of {} layers the project names a format or method that this program does not have, so "
            "they are as stored: {}{}",
            unknown.size(), model().layers.size(),
            fmt::join(unknown.begin(), unknown.begin() + std::ptrdiff_t(named), ", "),
            named < unknown.size() ? ", …" : "");
    }
    m_document.replace((*saved)->allocation, tr("Restore the project"));
    std::vector<LayerId> pinned;
    for (std::size_t i = 0; i < (*saved)->pinned.size(); ++i)
        if ((*saved)->pinned[i])
            pinned.push_back(LayerId(i));
    if (!pinned.empty())
        m_document.setPinned(pinned, true);
    m_document.undoStack().clear();
    m_evaluation.request(m_document.allocation());
}

void Workspace::autosave()
{
    if (!m_store)
        return;
    const int index = m_document.undoStack().index();
    const QString text = index > 0 ? m_document.undoStack().text(index - 1) : tr("Back to the beginning");
    m_saver.start([this, allocation = m_document.allocation(), pinned = m_document.pinned(), text,
                   bytes = bytesOf(model(), m_document.allocation(), methods())] {
        const auto save = [&]() -> Result<void> {
            TRY_VOID(m_store->setModel(model()));
            TRY_VOID(m_store->save(model(), "current", allocation, pinned));
            m_lastEdit = TRY(m_store->addEdit(text.toStdString(), bytes));
            return {};
        };
        if (const auto saved = save(); !saved)
            QMetaObject::invokeMethod(
                this, [this, why = QString::fromStdString(saved.error().message)] { emit saveFailed(why); },
                Qt::QueuedConnection);
    });
}

Result<void> Workspace::saveCopy(const std::filesystem::path& path)
{
    if (!m_store)
        return fail(ErrorCode::Io, "this project keeps nothing on disk");
    m_saver.waitForDone();
    TRY_VOID(m_store->setModel(model()));
    TRY_VOID(m_store->save(model(), "current", m_document.allocation(), m_document.pinned()));
    return m_store->copyTo(path);
}

void Workspace::cancelAll()
{
    m_sensitivity.cancel();
    m_evaluation.cancel();
    m_picturePreview.cancel();
    m_export.cancel();
    m_analyses.cancel();
    m_metric.cancel();
    m_transforms.cancel();
    RunningWork::of(*this).cancelAll();
}

void Workspace::leave()
{
    cancelAll();
    emit left();
}

void Workspace::setGoal(const Goal& goal)
{
    m_goal = goal;
    m_goal.budgetBytes = std::max(goal.budgetBytes, smallestBudget());
    if (m_store)
        m_saver.start([this, kept = m_goal] {
            (void)m_store->setSetting("goal", std::as_bytes(std::span(&kept, 1))); // asked again next time
        });
    emit goalChanged();
}

std::vector<LayerChoice> Workspace::stopsOf(LayerId layer) const
{
    std::vector<LayerChoice> stops{LayerChoice{}};
    for (const SensitivityCell& cell : m_sensitivity.table().cells[std::size_t(layer)])
        if (std::find(stops.begin(), stops.end(), cell.choice) == stops.end())
            stops.push_back(cell.choice);
    const Layer& what = model().layer(layer);
    std::stable_sort(stops.begin(), stops.end(), [&](const LayerChoice& a, const LayerChoice& b) {
        return bytesOf(what, a, methods()) < bytesOf(what, b, methods());
    });
    return stops;
}

Estimate Workspace::estimate(const Allocation& allocation) const
{
    Estimate estimate;
    estimate.bytes = bytesOf(model(), allocation, methods());
    estimate.bitsPerWeight = bitsPerWeight(model(), allocation, methods());
    if (allocation != model().original())
        estimate.predictedKl = m_sensitivity.table().predictedKl(allocation);
    estimate.keyValueBytes = model().kvBytesPerToken * m_goal.contextLength;
    std::uint64_t widest = 0;
    for (const Layer& layer : model().layers)
        if (layer.role != "token_embd" && layer.role != "output")
            widest = std::max<std::uint64_t>(widest, layer.rows + layer.columns);
    if (model().picture)
        estimate.workspaceBytes = m_activationBytes;
    else
        estimate.workspaceBytes = 4 * std::min<std::uint64_t>(m_goal.contextLength, 512) * widest * 2;
    estimate.targetBytes = m_goal.memoryBytes;
    return estimate;
}

const Contradiction* Workspace::contradiction() const
{
    for (const Contradiction& known : m_contradictions)
        if (known.allocation == m_document.allocation())
            return &known;
    return nullptr;
}

std::optional<double> Workspace::prediction() const
{
    return isUnchanged() ? std::nullopt : m_sensitivity.table().predictedKl(m_document.allocation());
}

bool Workspace::isUnchanged() const
{
    return m_document.allocation() == model().original();
}

std::uint64_t Workspace::fourBits() const
{
    const auto bytes = std::uint64_t(bitsToBudget(model(), 4));
    return std::min(bytes, model().bytes()); // what was compressed already is not to grow
}

std::uint64_t Workspace::standardBudget() const
{
    return std::max(fourBits(), smallestBudget());
}

std::uint64_t Workspace::smallestBudget() const
{
    return smallestBytes(model(), m_sensitivity.table(), m_document.allocation(), rules());
}

bool Workspace::hasBudget() const
{
    return !isUnchanged() || m_goal.budgetBytes != standardBudget();
}

const Evaluation* Workspace::measurement() const
{
    const auto& latest = m_evaluation.latest();
    return latest && latest->isComplete() && latest->allocation == m_document.allocation() ? &*latest
                                                                                           : nullptr;
}

void Workspace::checkPrediction()
{
    const Evaluation* const latest = measurement();
    if (latest == nullptr || m_document.inGesture())
        return;
    const auto predicted = m_sensitivity.table().predictedKl(latest->allocation);
    // While the table is being filled the sweep needs the machine, and the prediction may still change.
    if (predicted && !m_sensitivity.isRunning() && contradicts(*predicted, latest->kl))
        m_interaction.check(
            m_sensitivity.table(), latest->allocation, latest->kl, m_sensitivity.chunkLimit());
}

AllocationRules Workspace::rules() const
{
    return {
        .pinned = m_document.pinned(),
        .keepFusedSets = true,
        .budgetBytes = m_goal.budgetBytes,
        .methods = methods()};
}

void Workspace::take(const AllocationResult& result)
{
    m_document.replace(
        result.allocation,
        tr("Allocate to %1 bits per weight")
            .arg(QLocale().toString(bitsPerWeight(model(), result.allocation, methods()), 'f', 2)));
}

Result<void> Workspace::allocateToBudget()
{
    take(TRY(allocate(model(), m_sensitivity.table(), m_document.allocation(), rules())));
    return {};
}

std::vector<Workspace::PayBack> Workspace::payBacks() const
{
    const Allocation& now = m_document.allocation();
    const auto total = m_sensitivity.table().predictedKl(now);
    std::vector<PayBack> offers;
    if (!total || *total <= 0)
        return offers;
    for (std::size_t i = 0; i < now.layers.size(); ++i) {
        const SensitivityCell* const current = m_sensitivity.table().find(LayerId(i), now.layers[i]);
        if (current == nullptr || !current->known || m_document.pinned()[i])
            continue;
        std::optional<PayBack> best;
        for (const SensitivityCell& cell : m_sensitivity.table().cells[i]) {
            const auto extra = std::int64_t(cell.bytes) - std::int64_t(current->bytes);
            const double gain = m_sensitivity.table().costOf(LayerId(i), *current)
                - m_sensitivity.table().costOf(LayerId(i), cell);
            if (!cell.known || extra <= 0 || gain <= 0)
                continue;
            if (!best || gain / double(extra) > best->gainKl / double(best->extraBytes))
                best = PayBack{LayerId(i), cell.choice, extra, gain, gain / *total};
        }
        if (best)
            offers.push_back(*best);
    }
    std::sort(offers.begin(), offers.end(), [](const PayBack& a, const PayBack& b) {
        return a.gainKl / double(a.extraBytes) > b.gainKl / double(b.extraBytes);
    });
    offers.resize(std::min<std::size_t>(offers.size(), 3));
    return offers;
}

} // namespace tritloom
