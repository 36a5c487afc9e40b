#include "app/session/transform_controller.h"

#include "app/session/graph_only.h"
#include "app/session/workspace.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace tritloom {
namespace {

/// {"format", "method"}, of a whole model or a layer.
Result<LayerChoice> choiceOf(const QJsonObject& object)
{
    const auto method = TRY(parsePluginChoice(object.value("method").toString().toStdString()));
    return LayerChoice{object.value("format").toString().toStdString(), method.id, method.parameters};
}

} // namespace

std::string transformsText(const std::vector<AppliedTransform>& applied)
{
    const auto choice = [](const std::string& format, const std::string& method, const Parameters& parameters) {
        return QJsonObject{
            {"format", QString::fromStdString(format)},
            {"method", QString::fromStdString(pluginText({method, parameters}))}};
    };
    QJsonArray list;
    for (const AppliedTransform& one : applied) {
        const Candidate& candidate = one.preparedFor;
        QJsonObject object = choice(candidate.format, candidate.method, candidate.parameters);
        object["transform"] = QString::fromStdString(pluginText(one.transform));
        QJsonArray layers;
        for (const auto& [name, own] : candidate.byLayer) {
            QJsonObject layer = choice(own.format, own.method, own.parameters);
            layer["name"] = QString::fromStdString(name);
            layers.append(layer);
        }
        if (!layers.isEmpty())
            object["layers"] = layers;
        list.append(object);
    }
    return QJsonDocument(list).toJson(QJsonDocument::Compact).toStdString();
}

std::vector<AppliedTransform> transformsOf(std::string_view text)
{
    std::vector<AppliedTransform> applied;
    const QByteArray bytes(text.data(), qsizetype(text.size()));
    for (const QJsonValue& value : QJsonDocument::fromJson(bytes).array()) {
        const QJsonObject object = value.toObject();
        const auto transform = parsePluginChoice(object.value("transform").toString().toStdString());
        const auto whole = choiceOf(object);
        if (!transform || !whole || transform->id.empty())
            return {};
        Candidate candidate{whole->format, whole->method, whole->parameters};
        for (const QJsonValue& layer : object.value("layers").toArray()) {
            const auto own = choiceOf(layer.toObject());
            if (!own)
                return {};
            candidate.byLayer[layer.toObject().value("name").toString().toStdString()] = *own;
        }
        applied.push_back({*transform, std::move(candidate)});
    }
    return applied;
}

std::string transformNames(const std::vector<AppliedTransform>& applied)
{
    std::string names;
    for (const AppliedTransform& one : applied)
        names += (names.empty() ? "" : ", ") + pluginText(one.transform);
    return names.empty() ? "none" : names;
}

TransformController::TransformController(
    std::shared_ptr<Engine> engine, const PluginHost& plugins, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_plugins(plugins)
{
    connect(&m_job, &Job::runningChanged, this, &TransformController::runningChanged);
}

void TransformController::start(const PluginChoice& choice, std::vector<Candidate> candidates)
{
    const ModelTransform* const transform = m_plugins.transform(choice.id);
    if (transform == nullptr) {
        emit failed(tr("no transform is called “%1”").arg(QString::fromStdString(choice.id)));
        return;
    }
    m_job.start([this, transform, choice, candidates = std::move(candidates)](const MethodContext& context) {
        const auto run = [&]() -> Result<TransformedProject> {
            TransformedProject made;
            made.transform = choice;
            made.engine = TRY(m_engine->transformed(*transform, choice.parameters, candidates, context));
            const auto& notices = made.engine->notices();
            for (std::size_t i = m_engine->notices().size(); i < notices.size(); ++i)
                made.notices << QString::fromStdString(notices[i]);
            if (auto kept = Workspace::autosaveFor(*made.engine->model()))
                made.store = std::move(kept->store);
            else
                made.problem = QString::fromStdString(kept.error().message);
            return made;
        };
        return Job::Delivery([this, result = run()] {
            if (result)
                emit finished(*result);
            else if (result.error().code != ErrorCode::Cancelled)
                emit failed(QString::fromStdString(result.error().message));
        });
    });
}

std::string TransformController::whyNot(std::string_view id) const
{
    const ModelTransform* const transform = m_plugins.transform(id);
    if (transform == nullptr)
        return "it is not there";
    GraphOnly probe(m_engine->compressor(), GraphOnly::Data::None);
    const auto tried = transform->apply(probe, {}, {});
    return tried || tried.error().code == ErrorCode::Cancelled ? std::string() : tried.error().message;
}

} // namespace tritloom
