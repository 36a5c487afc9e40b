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
    return {
        program.filePath("../lib/tritloom/plugins"),
        program.filePath(QStringLiteral("../" TRITLOOM_LIBDIR "/tritloom/plugins")),
        QStringLiteral(TRITLOOM_BUILD_PLUGINS)};
}

} // namespace

PluginHost::PluginHost()
{
    for (const QString& folder : pluginFolders()) {
        for (const QFileInfo& file : QDir(folder).entryInfoList({"*.so"}, QDir::Files, QDir::Name)) {
            QPluginLoader loader(file.absoluteFilePath());
            const QJsonObject metadata = loader.metaData();
            if (metadata.value("IID").toString() != QLatin1String(TRITLOOM_LAYER_METHOD_IID)) {
                m_problems.push_back(QCoreApplication::translate(
                                         "PluginHost", "%1 was built for another version of Tritloom (%2)")
                                         .arg(file.fileName(), metadata.value("IID").toString()));
                continue;
            }
            const QJsonObject about = metadata.value("MetaData").toObject();
            const std::string id = about.value("id").toString().toStdString();
            if (m_methods.contains(id))
                continue; // an earlier folder has it
            auto* const plugin = qobject_cast<LayerMethodPlugin*>(loader.instance());
            if (plugin == nullptr) {
                m_problems.push_back(loader.errorString());
                continue;
            }
            m_methods[id] = plugin->create();
            m_infos.push_back(
                {id, about.value("title").toString(), about.value("summary").toString(),
                 about.value("paper").toString(), about.value("covers").toString(),
                 file.absoluteFilePath().toStdString()});
        }
    }
    std::sort(m_infos.begin(), m_infos.end(), [](const MethodInfo& a, const MethodInfo& b) {
        return a.title.localeAwareCompare(b.title) < 0;
    });
}

const LayerMethod* PluginHost::find(std::string_view id) const
{
    const auto found = m_methods.find(id);
    return found == m_methods.end() ? nullptr : found->second.get();
}

MethodLookup PluginHost::lookup() const
{
    return [this](std::string_view id) { return find(id); };
}

} // namespace tritloom
