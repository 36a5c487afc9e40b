#include "app/session/comparison_request.h"

#include "app/session/plugin_choice.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace tritloom {
namespace {

QJsonArray arrayOf(const std::vector<std::string>& texts)
{
    QJsonArray array;
    for (const std::string& text : texts)
        array.append(QString::fromStdString(text));
    return array;
}

std::vector<std::string> textsOf(const QJsonValue& array)
{
    std::vector<std::string> texts;
    for (const QJsonValue text : array.toArray())
        texts.push_back(text.toString().toStdString());
    return texts;
}

} // namespace

std::string requestText(const ComparisonRequest& request)
{
    std::vector<std::string> methods;
    for (const Candidate& method : request.methods)
        methods.push_back(pluginText({method.method, method.parameters}));
    return QJsonDocument(QJsonObject{
                             {"formats", arrayOf(request.formats)},
                             {"methods", arrayOf(methods)},
                             {"budgets", arrayOf(request.budgets)}})
        .toJson(QJsonDocument::Compact)
        .toStdString();
}

std::optional<ComparisonRequest> parseRequest(std::string_view text)
{
    const QJsonObject json =
        QJsonDocument::fromJson(QByteArray(text.data(), qsizetype(text.size()))).object();
    ComparisonRequest request{textsOf(json["formats"]), {}, textsOf(json["budgets"])};
    for (const std::string& method : textsOf(json["methods"])) {
        const auto choice = parsePluginChoice(method);
        if (!choice || choice->id.empty())
            return std::nullopt;
        request.methods.push_back({"", choice->id, choice->parameters});
    }
    if (request.formats.empty() || request.methods.empty())
        return std::nullopt;
    return request;
}

} // namespace tritloom
