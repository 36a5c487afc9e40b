// What an open project remembers of plugins: method, allocator, transforms.
#include "app/session/workspace.h"

#include "app/session/reach.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <utility>

namespace tritloom {
namespace {

std::string textOf(const std::optional<std::vector<std::byte>>& bytes)
{
    return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) : std::string();
}

std::string textOf(const AllocatorChoice& choice)
{
    const QJsonObject object{
        {"allocator", QString::fromStdString(pluginText(choice.allocator))},
        {"metric", QString::fromStdString(pluginText(choice.metric))},
        {"bitOperations", choice.bitOperations},
        {"milliseconds", choice.milliseconds}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

AllocatorChoice allocatorOf(const std::string& text)
{
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
    const auto part = [&](const char* key) {
        const auto choice = parsePluginChoice(object.value(QLatin1String(key)).toString().toStdString());
        return choice ? *choice : PluginChoice(); // of another program's version: the standard
    };
    return {
        part("allocator"), part("metric"), std::max(0.0, object.value("bitOperations").toDouble()),
        std::max(0.0, object.value("milliseconds").toDouble())};
}

} // namespace

void Workspace::keepSetting(const char* key, std::string text)
{
    if (m_store)
        m_saver.start([this, key, text = std::move(text)] {
            (void)m_store->setSetting(key, std::as_bytes(std::span(text))); // chosen again next time
        });
}

void Workspace::connectPlugins()
{
    connect(&m_allocate, &AllocateController::failed, this, &Workspace::allocationFailed);
    connect(&m_allocate, &AllocateController::solved, this, [this](const AllocatedBy& made) {
        if (m_document.inGesture())
            return; // the hand is newer
        take(made.result);
        emit allocated();
        for (const std::string& notice : made.notices)
            emit allocationNoticed(QString::fromStdString(notice));
    });
    connect(&m_sensitivity, &SensitivityController::tableChanged, &m_metric, &MetricController::forget);
    connect(&m_metric, &MetricController::finished, this, [this] {
        if (std::exchange(m_allocatesAfterMetric, false))
            requestAllocation();
    });
    connect(&m_metric, &MetricController::failed, this, [this](const QString& why) {
        if (std::exchange(m_allocatesAfterMetric, false))
            emit allocationFailed(why);
    });
    connect(&m_baseModel, &BaseModelController::changed, this, [this] {
        keepSetting("base", m_baseModel.path().string());
        m_sensitivity.forget(); // cells of methods that need a base are others now
        m_evaluation.forget();
        m_evaluation.request(m_document.allocation());
    });
    if (!m_engine->transforms().empty())
        keepSetting("transforms", transformsText(m_engine->transforms()));
}

void Workspace::connectFineTunes()
{
    std::string kept = m_store ? textOf(m_store->setting("fineTunes")) : std::string();
    if (!m_fineTunes) {
        m_fineTunes = std::make_shared<FineTunes>(m_engine, m_store);
        m_fineTunes->restore(kept);
    }
    auto keep = [this, kept = std::move(kept)]() mutable {
        if (const std::string now = m_fineTunes->text(); std::exchange(kept, now) != now)
            keepSetting("fineTunes", now);
    };
    keep();
    connect(m_fineTunes.get(), &FineTunes::changed, this, keep);
}

void Workspace::restorePlugins()
{
    const auto method = parsePluginChoice(textOf(m_store->setting("method")));
    if (method && !method->id.empty() && methods()(method->id) != nullptr)
        m_sensitivity.setCandidates(candidatesBy(model(), *method, methods()));
    else if (const PluginChoice own = methodOfStored(model()); methods()(own.id) != nullptr)
        m_sensitivity.setCandidates(candidatesBy(model(), own, methods()));
    offerRowGroups();
    if (const std::string base = textOf(m_store->setting("base")); !base.empty() && !m_engine->base())
        m_baseModel.load(base);
    const AllocatorChoice kept = allocatorOf(textOf(m_store->setting("allocator")));
    if ((kept.allocator.id.empty() || m_plugins.allocator(kept.allocator.id) != nullptr)
        && (kept.metric.id.empty() || m_plugins.metric(kept.metric.id) != nullptr))
        m_allocator = kept;
}

PluginChoice Workspace::method() const
{
    const auto& candidates = m_sensitivity.table().candidates;
    if (candidates.empty())
        return {};
    PluginChoice method{candidates.front().method, candidates.front().parameters};
    // What the stops differ in is not chosen: see candidatesBy().
    for (const Candidate& candidate : candidates)
        if (candidate.method == method.id)
            std::erase_if(method.parameters, [&](const auto& given) {
                const auto found = candidate.parameters.find(given.first);
                return found == candidate.parameters.end() || found->second != given.second;
            });
    return method;
}

void Workspace::setMethod(const PluginChoice& method)
{
    const bool isStandard = m_goal.budgetBytes == standardBudget();
    m_sensitivity.setCandidates(candidatesBy(model(), method, methods()));
    offerRowGroups();
    keepSetting("method", pluginText(method));
    Goal goal = m_goal;
    if (isStandard)
        goal.budgetBytes = standardBudget();
    if (goal.budgetBytes != m_goal.budgetBytes || goal.budgetBytes < smallestBudget())
        setGoal(goal);
}

void Workspace::offerRowGroups()
{
    const SensitivityTable& table = m_sensitivity.table();
    m_offersRowGroups = false;
    if (fourBits() >= smallestBytes(model(), table, model().original(), {.methods = methods()}))
        return;
    auto more = withRowGroups(model(), table.candidates, method(), methods());
    m_offersRowGroups = more != table.candidates;
    if (m_offersRowGroups)
        m_sensitivity.setCandidates(std::move(more));
}

void Workspace::setAllocator(const AllocatorChoice& choice)
{
    m_allocator = choice;
    keepSetting("allocator", textOf(choice));
    emit allocatorChanged();
}

void Workspace::takeOver(Workspace& other)
{
    m_originalPlace = other.m_originalPlace;
    setGoal(other.goal());
    setAllocator(other.allocator());
    if (other.method() != method())
        setMethod(other.method());
    if (other.document().allocation().layers.size() != m_document.allocation().layers.size())
        return;
    std::vector<LayerId> pinned, loose;
    for (std::size_t i = 0; i < m_document.pinned().size(); ++i)
        (other.document().pinned()[i] ? pinned : loose).push_back(LayerId(i));
    m_document.setPinned(loose, false); // a pin of this project would hold its layer
    if (other.document().allocation() != m_document.allocation())
        m_document.replace(other.document().allocation(), tr("Keep the bits of the model before"));
    m_document.setPinned(pinned, true);
}

void Workspace::requestAllocation()
{
    const SensitivityTable& table = m_sensitivity.table();
    const MetricScores* scores = nullptr;
    if (!m_allocator.metric.id.empty()) {
        scores = m_metric.scores(m_allocator.metric, table.candidates);
        if (scores == nullptr) {
            m_allocatesAfterMetric = true;
            m_metric.start(m_allocator.metric, table.candidates);
            return;
        }
    }
    m_allocate.request(
        table, m_document.allocation(), rules(), m_allocator,
        scores != nullptr ? std::optional(*scores) : std::nullopt);
}

} // namespace tritloom
