#pragma once

#include "core/calibrate/compressor.h"

#include <QString>

#include <filesystem>
#include <map>
#include <memory>
#include <vector>

namespace tritloom {

/// What a method's plugin.json says; known without running any of its code.
struct MethodInfo {
    std::string id;
    QString title, summary, paper, covers; ///< covers: which part of its paper the plugin does
    std::filesystem::path library;
};

/// Finds and loads method plugins. Loading is for the life of the process. Made once, then only read:
/// lookup() may be called from any thread.
class PluginHost {
public:
    /// Looks into TRITLOOM_PLUGINS, then lib/tritloom/plugins beside the program, then the build tree.
    PluginHost();

    [[nodiscard]] const std::vector<MethodInfo>& methods() const { return m_infos; } ///< by title
    [[nodiscard]] const LayerMethod* find(std::string_view id) const; ///< null: no such method
    [[nodiscard]] MethodLookup lookup() const;
    [[nodiscard]] const std::vector<QString>& problems() const { return m_problems; } ///< libraries refused, and why

private:
    std::vector<MethodInfo> m_infos;
    std::map<std::string, std::unique_ptr<LayerMethod>, std::less<>> m_methods;
    std::vector<QString> m_problems;
};

} // namespace tritloom
