#pragma once

#include "app/session/plugin_choice.h"
#include "core/calibrate/compressor.h"
#include "core/method/allocator.h"
#include "core/method/analysis.h"
#include "core/method/model_transform.h"
#include "core/method/sensitivity_metric.h"

#include <QObject>
#include <QString>

#include <filesystem>
#include <map>
#include <memory>
#include <vector>

namespace tritloom {

enum class PluginKind { LayerMethod, ModelTransform, SensitivityMetric, Allocator, Analysis };
[[nodiscard]] std::string_view idOf(PluginKind kind); ///< "layer-method", "model-transform" ...

/// What a plugin's plugin.json says; known without running any of its code.
struct MethodInfo {
    std::string id;
    PluginKind kind = PluginKind::LayerMethod;
    std::string spec; ///< slug of its description, "gptq-awq-baselines"
    QString title, summary, paper, covers; ///< covers: which part of its paper the plugin does
    std::filesystem::path library;
};

/// Finds and loads plugins. Loading is for the life of the process. Made once, then only read: may be called
/// from any thread.
class PluginHost {
public:
    /// Looks into TRITLOOM_PLUGINS, then lib/tritloom/plugins beside the program, then the build tree.
    PluginHost();

    [[nodiscard]] const std::vector<MethodInfo>& all() const { return m_infos; } ///< by title
    [[nodiscard]] std::vector<MethodInfo> of(PluginKind kind) const; ///< by title
    [[nodiscard]] std::vector<MethodInfo> methods() const { return of(PluginKind::LayerMethod); }
    [[nodiscard]] std::vector<ParameterSpec> parametersOf(const MethodInfo& info) const;
    [[nodiscard]] SpecsOf specsOf(PluginKind kind) const; ///< valid as long as the host is

    // null: no such plugin
    [[nodiscard]] const LayerMethod* find(std::string_view id) const;
    [[nodiscard]] const ModelTransform* transform(std::string_view id) const;
    [[nodiscard]] const SensitivityMetric* metric(std::string_view id) const;
    [[nodiscard]] const Allocator* allocator(std::string_view id) const;
    [[nodiscard]] const Analysis* analysis(std::string_view id) const;

    [[nodiscard]] MethodLookup lookup() const;
    [[nodiscard]] const std::vector<QString>& problems() const
    {
        return m_problems;
    } ///< libraries refused, and why

private:
    template <typename Interface>
    using Loaded = std::map<std::string, std::unique_ptr<Interface>, std::less<>>;

    bool take(QObject* instance, PluginKind kind, const std::string& id);

    std::vector<MethodInfo> m_infos;
    Loaded<LayerMethod> m_methods;
    Loaded<ModelTransform> m_transforms;
    Loaded<SensitivityMetric> m_metrics;
    Loaded<Allocator> m_allocators;
    Loaded<Analysis> m_analyses;
    std::vector<QString> m_problems;
};

} // namespace tritloom
