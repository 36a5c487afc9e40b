#pragma once

#include "app/gui/theme.h"
#include "app/session/engine.h"

#include <QString>
#include <QStringList>

#include <filesystem>
#include <vector>

namespace tritloom {

/// What a person set up once. A value: read at the start, handed to who needs it, written when it changes.
struct Settings {
    QString theme = QStringLiteral("dark"); ///< "dark", "light", "system"
    QString language; ///< "de", "en"; empty: the system's
    QString device = QStringLiteral("cpu");
    int threads = 0; ///< 0: all cores

    [[nodiscard]] EngineOptions engineOptions() const;
    [[nodiscard]] Theme resolvedTheme() const; ///< "system" follows the desktop's palette
};
[[nodiscard]] Settings loadSettings();
void storeSettings(const Settings& settings);

/// Newest first, at most ten.
[[nodiscard]] QStringList recentFiles();
[[nodiscard]] std::vector<std::filesystem::path> recentPaths();
void addRecentFile(const QString& path);
void clearRecentFiles();

/// The folder a purpose ("open", "export") was last used with.
[[nodiscard]] QString lastFolder(const QString& purpose);
void setLastFolder(const QString& purpose, const QString& path);

} // namespace tritloom
