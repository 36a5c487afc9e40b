#include "app/gui/settings.h"

#include <QDir>
#include <QFileInfo>
#include <QGuiApplication>
#include <QPalette>
#include <QSettings>

namespace tritloom {
namespace {

constexpr int recentCount = 10;

/// The desktop's own palette, taken before any theme replaces it.
bool desktopIsDark()
{
    static const bool dark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    return dark;
}

} // namespace

EngineOptions Settings::engineOptions() const
{
    EngineOptions options;
    options.device = device.toStdString();
    options.threads = std::size_t(threads);
    return options;
}

Theme Settings::resolvedTheme() const
{
    const bool systemDark = desktopIsDark();
    if (theme == QLatin1String("system"))
        return systemDark ? Theme::Dark : Theme::Light;
    return theme == QLatin1String("light") ? Theme::Light : Theme::Dark;
}

Settings loadSettings()
{
    const QSettings store;
    Settings settings;
    settings.theme = store.value("theme", settings.theme).toString();
    settings.language = store.value("language").toString();
    settings.device = store.value("device", settings.device).toString();
    settings.threads = store.value("threads", 0).toInt();
    return settings;
}

void storeSettings(const Settings& settings)
{
    QSettings store;
    store.setValue("theme", settings.theme);
    store.setValue("language", settings.language);
    store.setValue("device", settings.device);
    store.setValue("threads", settings.threads);
}

QStringList recentFiles()
{
    return QSettings().value("recentFiles").toStringList();
}

std::vector<std::filesystem::path> recentPaths()
{
    std::vector<std::filesystem::path> paths;
    for (const QString& file : recentFiles())
        paths.emplace_back(file.toStdString());
    return paths;
}

void addRecentFile(const QString& path)
{
    QStringList files = recentFiles();
    const QString absolute = QFileInfo(path).absoluteFilePath();
    files.removeAll(absolute);
    files.prepend(absolute);
    QSettings().setValue("recentFiles", files.mid(0, recentCount));
}

void clearRecentFiles()
{
    QSettings().remove("recentFiles");
}

QString lastFolder(const QString& purpose)
{
    return QSettings().value("folders/" + purpose, QDir::homePath()).toString();
}

void setLastFolder(const QString& purpose, const QString& path)
{
    QSettings().setValue("folders/" + purpose, QFileInfo(path).absolutePath());
}

} // namespace tritloom
