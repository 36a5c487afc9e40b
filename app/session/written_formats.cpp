#include "app/session/written_formats.h"

#include "app/session/plugin_choice.h"
#include "app/session/plugin_host.h"
#include "core/calibrate/time_table.h"
#include "core/format/row_group.h"
#include "core/method/time_method.h"
#include "core/sensitivity/candidate.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

bool writesLayers(const LayerMethod& method, const NumberFormat& format)
{
    const bool isPart = format.id() == "sign" || format.id().starts_with("code");
    return method.supports(format) && (!isPart || method.makesReplacements());
}

bool compresses(const LayerMethod& method, const NumberFormat& format)
{
    return writesLayers(method, format) && (!format.isFloat() || method.makesReplacements());
}

std::string whyNotAnywhere(const Model& model, const LayerMethod& method)
{
    const bool hasTime = model.picture && model.picture->task == PictureTask::Generation && model.graph
        && model.graph->inputs.size() > 1;
    return hasTime || dynamic_cast<const TimeMethod*>(&method) == nullptr
        ? ""
        : "it stores outputs by time step, and this model is given none";
}

std::string whyNotEverywhere(const Model& model, const LayerMethod& method)
{
    std::string why = whyNotAnywhere(model, method);
    if (!why.empty() || dynamic_cast<const TimeMethod*>(&method) == nullptr)
        return why;
    for (const Layer& layer : model.layers)
        if (!timeGraph(*model.graph, layer.tensor, layer.name))
            return fmt::format(
                "it stores outputs by time step, and more than that goes into {}: choose it for single "
                "layers",
                layer.name);
    return {};
}

std::vector<NumberFormatPtr> writtenFormats(const LayerMethod& method)
{
    std::vector<NumberFormatPtr> formats;
    const auto add = [&](std::string_view id) {
        if (const auto format = parseNumberFormat(id); format && compresses(method, **format))
            formats.push_back(*format);
    };
    for (const NumberFormatFamily& family : numberFormatFamilies())
        for (const std::string& id : family.examples())
            add(id);
    add("sign"); // no example
    std::ranges::stable_sort(formats, {}, &NumberFormat::bitsPerWeight);
    return formats;
}

std::string writtenFormatIds(const LayerMethod& method, std::size_t most)
{
    const auto formats = writtenFormats(method);
    std::string ids;
    for (std::size_t i = 0; i < formats.size() && (i < most || formats.size() == most + 1); ++i)
        ids += (ids.empty() ? "" : ", ") + formats[i]->id();
    return formats.size() <= most + 1 ? ids : fmt::format("{} and {} others", ids, formats.size() - most);
}

std::string writersOf(const PluginHost& plugins, const NumberFormat& format)
{
    constexpr std::size_t most = 4;
    std::vector<std::string> writers;
    for (const MethodInfo& info : plugins.methods())
        if (compresses(*plugins.find(info.id), format))
            writers.push_back(info.id);
    return writers.size() > most ? fmt::format("{} methods", writers.size())
                                 : fmt::format("{}", fmt::join(writers, ", "));
}

Candidate preferredCandidate(
    const Model& model, const std::string& method, const Parameters& parameters, const MethodLookup& lookup)
{
    constexpr double wanted = 4.5; // four and their scales: what most people begin with
    Candidate best{"", method, parameters};
    double least = 0;
    const LayerMethod* const writer = lookup(method);
    for (const Candidate& candidate : candidatesBy(model, {method, parameters}, lookup)) {
        const auto format = parseOfAnyRow(candidate.format);
        if (candidate.method != method || !format || (*format)->isFloat() || !writer->supports(**format))
            continue;
        const double distance = std::fabs((*format)->bitsPerWeight() - wanted);
        if (!best.format.empty() && distance >= least)
            continue;
        best = candidate;
        best.parameters = parameters;
        least = distance;
    }
    return best;
}

} // namespace tritloom
