#include "app/gui/methods/method_facts.h"

#include "app/session/written_formats.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace tritloom {
namespace {

constexpr std::array<FormatFamily, 7> families{{
    {QT_TRANSLATE_NOOP("Methods", "Whole numbers"), "uniform", "int4g64,uint4g32,int4g64a"},
    {QT_TRANSLATE_NOOP("Methods", "Small floats"), "uniform", "fp4e2g64,kfp4e2g64"},
    {QT_TRANSLATE_NOOP("Methods", "Tables of levels"), "codebook",
     "nf4g64,quantile4g64,dyn4g64,bitmod4g128,book4g64s4"},
    {QT_TRANSLATE_NOOP("Methods", "Powers of two"), "power-of-two", "shift3g64,bct4g64"},
    {QT_TRANSLATE_NOOP("Methods", "Binary and ternary"), "binary",
     "ternaryg64,sign,sign1g64,fdbg64,planes2bg128,tq2_0"},
    {QT_TRANSLATE_NOOP("Methods", "Vector codes"), "vector", "e8pg64"},
    {QT_TRANSLATE_NOOP("Methods", "Types of llama.cpp"), "granularity", "q4_k,q4_0,q8_0"},
}};

QString say(const char* text)
{
    return QCoreApplication::translate("Methods", text);
}

unsigned familiesOf(const LayerMethod& method)
{
    unsigned found = 0;
    for (std::size_t i = 0; i < families.size(); ++i)
        for (const QString& id : QString::fromUtf8(families[i].examples).split(QLatin1Char(',')))
            if (const auto format = parseNumberFormat(id.toStdString()); format && method.supports(**format))
                found |= 1U << i;
    return found;
}

} // namespace

std::span<const FormatFamily> formatFamilies()
{
    return families;
}

QString kindTitle(PluginKind kind)
{
    switch (kind) {
    case PluginKind::LayerMethod:
        return say(QT_TRANSLATE_NOOP("Methods", "Method"));
    case PluginKind::ModelTransform:
        return say(QT_TRANSLATE_NOOP("Methods", "Transform"));
    case PluginKind::SensitivityMetric:
        return say(QT_TRANSLATE_NOOP("Methods", "Metric"));
    case PluginKind::Allocator:
        return say(QT_TRANSLATE_NOOP("Methods", "Allocator"));
    case PluginKind::Analysis:
        return say(QT_TRANSLATE_NOOP("Methods", "Analysis"));
    }
    return {};
}

QString dataTitle(const MethodFacts& facts)
{
    if (facts.info.kind != PluginKind::LayerMethod)
        return {};
    QString title = facts.data == Calibration::Gram
        ? say(QT_TRANSLATE_NOOP("Methods", "products of inputs (Gram matrix)"))
        : facts.data == Calibration::MeanSquare ? say(QT_TRANSLATE_NOOP("Methods", "how loud each input is"))
                                                : say(QT_TRANSLATE_NOOP("Methods", "none"));
    if (facts.needsBase)
        title += say(QT_TRANSLATE_NOOP("Methods", ", and the model that this one was tuned from"));
    return title;
}

std::vector<MethodFacts> methodFacts(const PluginHost& plugins)
{
    std::vector<MethodFacts> all;
    for (const PluginKind kind :
         {PluginKind::LayerMethod, PluginKind::ModelTransform, PluginKind::SensitivityMetric,
          PluginKind::Allocator, PluginKind::Analysis})
        for (const MethodInfo& info : plugins.of(kind)) {
            MethodFacts facts{.info = info, .parameters = plugins.parametersOf(info)};
            if (const LayerMethod* const method =
                    kind == PluginKind::LayerMethod ? plugins.find(info.id) : nullptr) {
                facts.data = method->calibration();
                facts.needsBase = method->needsBase();
                facts.makesReplacements = method->makesReplacements();
                facts.families = familiesOf(*method);
                for (const NumberFormatPtr& format : writtenFormats(*method)) {
                    facts.formats << QString::fromStdString(format->id());
                    if (!format->isFloat()) {
                        const double bits = format->bitsPerWeight();
                        facts.leastBits = facts.leastBits == 0 ? bits : std::min(facts.leastBits, bits);
                        facts.mostBits = std::max(facts.mostBits, bits);
                    }
                }
            }
            all.push_back(std::move(facts));
        }
    return all;
}

} // namespace tritloom
