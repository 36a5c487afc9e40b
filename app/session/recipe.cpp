#include "app/session/recipe.h"

#include "app/session/published_recipe.h"
#include "app/session/engine.h"
#include "app/session/text_file.h"
#include "app/session/transform_controller.h"

#include "core/base/utf8.h"
#include "core/sensitivity/candidate.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <charconv>
#include <cmath>
#include <map>
#include <set>

namespace tritloom {
namespace {

Result<std::uint64_t> bytesOfBudget(std::string_view text, double bytes)
{
    constexpr double most = 1e18; // beyond, sums of sizes would overflow
    if (!(bytes <= most))
        return fail(ErrorCode::InvalidInput, "'{}' is no budget: it is more than {} bytes", text, most);
    return std::uint64_t(bytes);
}

/// A recipe's JSON, entry by entry.
Result<std::vector<RecipeEntry>> parseEntries(std::string_view json, const std::string& name)
{
    if (json.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return fail(ErrorCode::InvalidInput, "{}: the file is empty", name);
    QJsonParseError problem;
    const QJsonDocument document
        = QJsonDocument::fromJson(QByteArray(json.data(), qsizetype(json.size())), &problem);
    if (problem.error != QJsonParseError::NoError)
        return fail(
            ErrorCode::InvalidInput, "{}: not JSON at byte {}: {}", name, problem.offset,
            problem.errorString().toStdString());
    if (!document.object().value("layers").isArray())
        return fail(ErrorCode::InvalidInput, "{}: a recipe needs a list 'layers'", name);
    std::vector<RecipeEntry> entries;
    std::set<std::string> seen;
    for (const QJsonValue& value : document.object().value("layers").toArray()) {
        if (!value.toObject().value("name").isString())
            return fail(ErrorCode::InvalidInput, "{}: every entry of 'layers' needs a 'name'", name);
        const QJsonObject layer = value.toObject();
        const std::string layerName = layer.value("name").toString().toStdString();
        const std::string shown = printable(layerName);
        if (!seen.insert(layerName).second)
            return fail(ErrorCode::InvalidInput, "{}: layer '{}' is listed twice", name, shown);
        for (const char* key : {"format", "method"})
            if (layer.contains(key) && !layer.value(key).isString())
                return fail(ErrorCode::InvalidInput, "{}: layer '{}': '{}' is no text", name, shown, key);
        if (layer.contains("parameters") && !layer.value("parameters").isObject())
            return fail(ErrorCode::InvalidInput, "{}: layer '{}': 'parameters' is no object", name, shown);
        LayerChoice& choice = entries.emplace_back(RecipeEntry{.layer = layerName, .choice = {}}).choice;
        choice.format = layer.value("format").toString().toStdString();
        if (choice.format.empty() || choice.format == "stored") {
            choice = {};
            continue;
        }
        if (const auto format = parseNumberFormat(choice.format); !format)
            return fail(ErrorCode::InvalidInput, "{}: layer '{}': {}", name, shown, format.error().message);
        choice.method = layer.value("method").toString().toStdString();
        if (choice.method.empty())
            choice.method = "rtn";
        const QJsonObject parameters = layer.value("parameters").toObject();
        for (auto parameter = parameters.begin(); parameter != parameters.end(); ++parameter) {
            if (!parameter.value().isDouble())
                return fail(
                    ErrorCode::InvalidInput, "{}: layer '{}': parameter '{}' is no number", name, shown,
                    printable(parameter.key().toStdString()));
            choice.parameters[parameter.key().toStdString()] = parameter.value().toDouble();
        }
    }
    return entries;
}

} // namespace

Result<Allocation> parseRecipe(const Model& model, std::string_view json, const std::string& name)
{
    std::map<std::string, std::size_t> indexOf;
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        indexOf[model.layers[i].name] = i;
    Allocation allocation = model.original();
    for (RecipeEntry& entry : TRY(parseEntries(json, name))) {
        const auto found = indexOf.find(entry.layer);
        if (found == indexOf.end())
            return fail(
                ErrorCode::InvalidInput, "{}: the model has no layer '{}'", name, printable(entry.layer));
        allocation.layers[found->second] = std::move(entry.choice);
    }
    return allocation;
}

Result<std::vector<RecipeEntry>> recipeEntries(const std::filesystem::path& path, BaseFiles& bases)
{
    const std::string name = path.filename().string();
    if (!looksLikeRecipe(path))
        return publishedEntries(*makeModel(TRY(openModel(path, bases))), name);
    return parseEntries(TRY(readTextFile(path)), name);
}

Result<Allocation> readRecipe(const Model& model, const std::filesystem::path& path, BaseFiles& bases)
{
    const std::string name = path.filename().string();
    if (!looksLikeRecipe(path))
        return publishedRecipe(model, *makeModel(TRY(openModel(path, bases))), name);
    return parseRecipe(model, TRY(readTextFile(path)), name);
}

Result<std::vector<AppliedTransform>> recipeTransforms(const std::filesystem::path& path)
{
    if (!looksLikeRecipe(path))
        return std::vector<AppliedTransform>();
    const std::string text = TRY(readTextFile(path));
    const QJsonValue list =
        QJsonDocument::fromJson(QByteArray::fromStdString(text)).object().value("transforms");
    if (list.isUndefined())
        return std::vector<AppliedTransform>();
    auto transforms = transformsOf(QJsonDocument(list.toArray()).toJson().toStdString());
    if (!list.isArray() || transforms.size() != std::size_t(list.toArray().size()))
        return fail(
            ErrorCode::InvalidInput, "{}: 'transforms' is not understood", path.filename().string());
    return transforms;
}

std::string recipeText(
    const Model& model, const Allocation& allocation, const std::vector<AppliedTransform>& transforms)
{
    QJsonArray layers;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerChoice& choice = allocation.layers[i];
        QJsonObject layer{
            {"name", QString::fromStdString(model.layers[i].name)},
            {"format", choice.format.empty() ? QString("stored") : QString::fromStdString(choice.format)}};
        if (!choice.method.empty())
            layer["method"] = QString::fromStdString(choice.method);
        QJsonObject parameters;
        for (const auto& [key, value] : choice.parameters)
            parameters[QString::fromStdString(key)] = value;
        if (!parameters.isEmpty())
            layer["parameters"] = parameters;
        layers.append(layer);
    }
    QJsonObject recipe{{"layers", layers}};
    if (!transforms.empty())
        recipe["transforms"] =
            QJsonDocument::fromJson(QByteArray::fromStdString(transformsText(transforms))).array();
    return QJsonDocument(recipe).toJson().toStdString();
}

Result<void> writeRecipe(
    const Model& model, const Allocation& allocation, const std::vector<AppliedTransform>& transforms,
    const std::filesystem::path& path)
{
    if (std::error_code none; std::filesystem::equivalent(path, model.file->path, none))
        return fail(
            ErrorCode::InvalidInput, "{}: this is the model itself, choose another name for the recipe", path.string());
    return writeTextFile(QString::fromStdString(path.string()), recipeText(model, allocation, transforms));
}

Result<std::uint64_t> parseBudget(const Model& model, std::string_view text)
{
    static const std::map<std::string, double, std::less<>> units{
        {"b", 1}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"kib", 1024.0}, {"mib", 1048576.0}, {"gib", 1073741824.0}};
    const std::string whole(text);
    // Unlike stod, the same in every locale.
    double number = 0;
    const auto [end, problem] = std::from_chars(whole.data(), whole.data() + whole.size(), number);
    std::size_t read = problem == std::errc() ? std::size_t(end - whole.data()) : 0;
    while (read > 0 && read < whole.size() && whole[read] == ' ')
        ++read;
    std::string unit = whole.substr(read);
    for (char& c : unit)
        c = char(std::tolower(static_cast<unsigned char>(c)));
    if (read == 0 || !std::isfinite(number) || number <= 0)
        return fail(ErrorCode::InvalidInput, "'{}' is no budget: write 4.5bpw or 300MB", whole);
    if (unit == "bpw") {
        std::uint64_t others = model.bytes(), parameters = 0;
        for (const Layer& layer : model.layers) {
            others -= layer.storedBytes;
            parameters += layer.parameters();
        }
        const std::uint64_t weights = TRY(bytesOfBudget(whole, number * double(parameters) / 8));
        return others + weights;
    }
    const auto found = units.find(unit);
    if (found == units.end())
        return fail(ErrorCode::InvalidInput, "'{}' is no budget: write 4.5bpw or 300MB", whole);
    return bytesOfBudget(whole, number * found->second);
}

} // namespace tritloom
