#include "app/session/plugin_host.h"

#include "plugins/method_plugin.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QJsonObject>
#include <QPluginLoader>

#include <algorithm>

namespace tritloom {
namespace {

QStringList pluginFolders()
{
    if (qEnvironmentVariableIsSet("TRITLOOM_PLUGINS"))
        return {qEnvironmentVariable("TRITLOOM_PLUGINS")};
    const QDir program(QCoreApplication::applicationDirPath());
    // Beside the program, built or installed: no other place, or an installed program would run what was
    // built elsewhere.
    return {
        program.filePath(QStringLiteral("../lib/tritloom/plugins")),
        program.filePath(QStringLiteral("../" TRITLOOM_LIBDIR "/tritloom/plugins"))};
}

struct KindRow {
    PluginKind kind;
    std::string_view id;
    const char* interface;
};

// The only list of plugin kinds.
constexpr KindRow kinds[] = {
    {PluginKind::LayerMethod, "layer-method", TRITLOOM_LAYER_METHOD_IID},
    {PluginKind::ModelTransform, "model-transform", TRITLOOM_MODEL_TRANSFORM_IID},
    {PluginKind::SensitivityMetric, "sensitivity-metric", TRITLOOM_SENSITIVITY_METRIC_IID},
    {PluginKind::Allocator, "allocator", TRITLOOM_ALLOCATOR_IID},
    {PluginKind::Analysis, "analysis", TRITLOOM_ANALYSIS_IID},
};

template <typename Interface>
bool takeAs(
    QObject* instance, const std::string& id,
    std::map<std::string, std::unique_ptr<Interface>, std::less<>>& into)
{
    auto* const plugin = qobject_cast<PluginOf<Interface>*>(instance);
    if (plugin == nullptr)
        return false;
    into[id] = plugin->create();
    return true;
}

template <typename Interface>
const Interface*
in(const std::map<std::string, std::unique_ptr<Interface>, std::less<>>& loaded, std::string_view id)
{
    const auto found = loaded.find(id);
    return found == loaded.end() ? nullptr : found->second.get();
}

} // namespace

std::string_view idOf(PluginKind kind)
{
    return kinds[std::size_t(kind)].id;
}

PluginHost::PluginHost()
{
    for (const QString& folder : pluginFolders()) {
        for (const QFileInfo& file : QDir(folder).entryInfoList({"*.so"}, QDir::Files, QDir::Name)) {
            QPluginLoader loader(file.absoluteFilePath());
            const QJsonObject metadata = loader.metaData();
            const QString interface = metadata.value("IID").toString();
            const auto* const kind =
                std::find_if(std::begin(kinds), std::end(kinds), [&](const KindRow& row) {
                    return interface == QLatin1String(row.interface);
                });
            if (kind == std::end(kinds)) {
                m_problems.push_back(
                    interface.isEmpty()
                        ? QCoreApplication::translate(
                              "PluginHost", "%1 says nothing of itself: it is no plugin, or not all of one")
                              .arg(file.fileName())
                        : QCoreApplication::translate(
                              "PluginHost", "%1 was built for another version of Tritloom (%2)")
                              .arg(file.fileName(), interface));
                continue;
            }
            const QJsonObject about = metadata.value("MetaData").toObject();
            const std::string id = about.value("id").toString().toStdString();
            if (std::any_of(m_infos.begin(), m_infos.end(), [&](const MethodInfo& known) {
                    return known.id == id && known.kind == kind->kind;
                }))
                continue; // an earlier folder has it
            if (!take(loader.instance(), kind->kind, id)) {
                m_problems.push_back(loader.errorString());
                continue;
            }
            m_infos.push_back(
                {id, kind->kind, about.value("spec").toString().toStdString(),
                 about.value("title").toString(), about.value("summary").toString(),
                 about.value("paper").toString(), about.value("covers").toString(),
                 file.absoluteFilePath().toStdString()});
        }
    }
    std::sort(m_infos.begin(), m_infos.end(), [](const MethodInfo& a, const MethodInfo& b) {
        return QString::compare(a.title, b.title, Qt::CaseInsensitive) < 0;
    });
}

bool PluginHost::take(QObject* instance, PluginKind kind, const std::string& id)
{
    switch (kind) {
    case PluginKind::LayerMethod:
        return takeAs(instance, id, m_methods);
    case PluginKind::ModelTransform:
        return takeAs(instance, id, m_transforms);
    case PluginKind::SensitivityMetric:
        return takeAs(instance, id, m_metrics);
    case PluginKind::Allocator:
        return takeAs(instance, id, m_allocators);
    case PluginKind::Analysis:
        return takeAs(instance, id, m_analyses);
    }
    return false;
}

std::vector<MethodInfo> PluginHost::of(PluginKind kind) const
{
    std::vector<MethodInfo> infos;
    std::copy_if(m_infos.begin(), m_infos.end(), std::back_inserter(infos), [kind](const MethodInfo& info) {
        return info.kind == kind;
    });
    return infos;
}

std::vector<ParameterSpec> PluginHost::parametersOf(const MethodInfo& info) const
{
    return specsOf(info.kind)(info.id);
}

SpecsOf PluginHost::specsOf(PluginKind kind) const
{
    return [this, kind](std::string_view id) {
        const auto of = [](const auto* plugin) {
            return plugin != nullptr ? plugin->parameters() : std::vector<ParameterSpec>();
        };
        switch (kind) {
        case PluginKind::LayerMethod:
            return of(find(id));
        case PluginKind::ModelTransform:
            return of(transform(id));
        case PluginKind::SensitivityMetric:
            return of(metric(id));
        case PluginKind::Allocator:
            return of(allocator(id));
        case PluginKind::Analysis:
            return of(analysis(id));
        }
        return std::vector<ParameterSpec>();
    };
}

const LayerMethod* PluginHost::find(std::string_view id) const
{
    return in(m_methods, id);
}

const ModelTransform* PluginHost::transform(std::string_view id) const
{
    return in(m_transforms, id);
}

const SensitivityMetric* PluginHost::metric(std::string_view id) const
{
    return in(m_metrics, id);
}

const Allocator* PluginHost::allocator(std::string_view id) const
{
    return in(m_allocators, id);
}

const Analysis* PluginHost::analysis(std::string_view id) const
{
    return in(m_analyses, id);
}

MethodLookup PluginHost::lookup() const
{
    return [this](std::string_view id) { return find(id); };
}

} // namespace tritloom
