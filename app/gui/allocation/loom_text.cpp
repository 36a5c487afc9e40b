#include "app/gui/allocation/loom_text.h"

#include "app/gui/evaluation/prediction_note.h"
#include "app/gui/number_text.h"

#include <QCoreApplication>
#include <QLocale>

#include <map>

namespace tritloom {
namespace {

using Tone = LoomCallout::Tone;

QString say(const char* text)
{
    return QCoreApplication::translate("LoomText", text);
}

LoomCallout::Line titleOf(const Layer& layer)
{
    return {QStringLiteral("%1 · %2").arg(shortName(layer), shapeText(layer)), Tone::Title};
}

void addCompany(LoomCallout& callout, Workspace& workspace, const Stops& stops, LayerId layer)
{
    QStringList partners;
    for (const LayerId partner : stops.partners(layer))
        if (partner != layer)
            partners << nameInBlock(workspace.model().layer(partner));
    if (!partners.isEmpty())
        callout.lines.push_back(
            {say(QT_TRANSLATE_NOOP("LoomText", "moves with %1; Alt moves it alone"))
                 .arg(partners.join(QStringLiteral(", "))),
             Tone::Muted});
    if (workspace.document().pinned()[std::size_t(layer)])
        callout.lines.push_back(
            {say(QT_TRANSLATE_NOOP("LoomText", "pinned: the allocator leaves it alone")), Tone::Muted});
}

} // namespace

QString spokenName(const Layer& layer, double bits, bool pinned)
{
    const QString name =
        say(QT_TRANSLATE_NOOP("LoomText", "%1, %2 bits")).arg(shortName(layer), formatBits(bits));
    return pinned ? say(QT_TRANSLATE_NOOP("LoomText", "%1, pinned")).arg(name) : name;
}

QString layersTitle(const Model& model, const std::vector<LayerId>& layers)
{
    if (layers.size() == 1)
        return shortName(model.layer(layers.front()));
    // Whole blocks are called by their numbers.
    std::map<std::size_t, std::size_t> taken, all;
    for (const LayerId id : layers) {
        const auto& block = model.layer(id).block;
        if (!block)
            return QCoreApplication::translate("LoomText", "%n layer(s)", nullptr, int(layers.size()));
        ++taken[*block];
    }
    for (const Layer& layer : model.layers)
        if (layer.block)
            ++all[*layer.block];
    for (const auto& [block, count] : taken)
        if (all[block] != count)
            return QCoreApplication::translate("LoomText", "%n layer(s)", nullptr, int(layers.size()));
    const std::size_t first = taken.begin()->first, last = taken.rbegin()->first;
    if (first == last)
        return say(QT_TRANSLATE_NOOP("LoomText", "block %1")).arg(first);
    if (last - first + 1 == taken.size())
        return say(QT_TRANSLATE_NOOP("LoomText", "blocks %1 to %2")).arg(first).arg(last);
    return QCoreApplication::translate("LoomText", "%n layer(s)", nullptr, int(layers.size()));
}

QString selectionTitle(const Model& model, const std::vector<LayerId>& layers)
{
    if (layers.empty())
        return say(QT_TRANSLATE_NOOP("LoomText", "nothing selected"));
    const QString title = layersTitle(model, layers);
    const QString count = QCoreApplication::translate("LoomText", "%n layer(s)", nullptr, int(layers.size()));
    return layers.size() == 1 || title == count
        ? say(QT_TRANSLATE_NOOP("LoomText", "%1 selected")).arg(title)
        : say(QT_TRANSLATE_NOOP("LoomText", "%1 selected, %2")).arg(title, count);
}

QString numbersTitle(
    const Workspace& workspace, const Estimate& estimate, const Evaluation* measured, bool corrected,
    const ThemeColors& colors, bool original, bool terse)
{
    const Model& model = workspace.model();
    const auto kind = [&](const QString& text) {
        return QStringLiteral("<span style='color:%1'>%2</span>").arg(colors.mutedText.name(), text);
    };
    const QString gap = terse ? QStringLiteral("&nbsp;·&nbsp;") : QStringLiteral("&nbsp;&nbsp;·&nbsp;&nbsp;");
    QString text;
    if (original)
        text += QStringLiteral("<b style='color:%1'>%2</b>")
                    .arg(colors.warning.name(), say(QT_TRANSLATE_NOOP("LoomText", "original")))
            + gap;
    text += QStringLiteral("<b>%1</b>").arg(formatBytes(estimate.bytes));
    if (!terse)
        text += QLatin1Char(' ') + kind(say(QT_TRANSLATE_NOOP("LoomText", "exact")));
    text += gap + QStringLiteral("<b>%1</b> ").arg(QLocale().toString(estimate.bitsPerWeight, 'f', 2))
        + kind(terse ? say(QT_TRANSLATE_NOOP("LoomText", "bpw"))
                     : say(QT_TRANSLATE_NOOP("LoomText", "bpw of the layers, exact")));
    if (!estimate.fits())
        text += gap
            + QStringLiteral("<span style='color:%1'>%2</span>")
                  .arg(
                      colors.bad.name(),
                      say(QT_TRANSLATE_NOOP("LoomText", "%1 over %2"))
                          .arg(
                              formatBytes(estimate.memoryBytes() - estimate.targetBytes),
                              formatBytes(estimate.targetBytes)));
    else if (!terse)
        text += gap
            + QStringLiteral("<span style='color:%1'>%2</span>")
                  .arg(
                      colors.good.name(),
                      say(QT_TRANSLATE_NOOP("LoomText", "fits %1")).arg(formatBytes(estimate.targetBytes)));
    if (original)
        return text;
    if (workspace.isUnchanged())
        return text + gap + kind(say(QT_TRANSLATE_NOOP("LoomText", "nothing changed yet")));
    const auto loss = [&](double kl, const QString& what) {
        return text + gap + QStringLiteral("<b>%1</b> ").arg(formatSmall(kl)) + kind(what);
    };
    if (measured != nullptr)
        return loss(
            measured->kl.value,
            terse                 ? say(QT_TRANSLATE_NOOP("LoomText", "measured"))
                : isInNats(model) ? say(QT_TRANSLATE_NOOP("LoomText", "nats, measured"))
                                  : say(QT_TRANSLATE_NOOP("LoomText", "divergence, measured")));
    if (!estimate.predictedKl)
        return text + gap + kind(say(QT_TRANSLATE_NOOP("LoomText", "loss not predicted yet")));
    return loss(
        *estimate.predictedKl,
        terse                 ? say(QT_TRANSLATE_NOOP("LoomText", "predicted"))
            : corrected       ? say(QT_TRANSLATE_NOOP("LoomText", "predicted, corrected"))
            : isInNats(model) ? say(QT_TRANSLATE_NOOP("LoomText", "nats, predicted"))
                              : say(QT_TRANSLATE_NOOP("LoomText", "divergence, predicted")));
}

QString bitsTip(const Model& model, const Estimate& estimate)
{
    const std::size_t parameters = std::max<std::size_t>(1, model.parameters());
    const double all = 8 * double(estimate.bytes) / double(parameters);
    return say(QT_TRANSLATE_NOOP(
                   "LoomText",
                   "Layers alone: %1 bits a weight, scales counted. All tensors together, norms and biases "
                   "too: %2 "
                   "for each of %3 parameters. The file adds a header and its vocabulary."))
        .arg(
            QLocale().toString(estimate.bitsPerWeight, 'f', 3), QLocale().toString(all, 'f', 3),
            formatCount(parameters));
}

LoomCallout hoverCallout(Workspace& workspace, const Stops& stops, LayerId layer, const QString& remark)
{
    const Layer& what = workspace.model().layer(layer);
    const LayerChoice& choice = workspace.document().allocation()[layer];
    LoomCallout callout{int(layer), {titleOf(what)}};
    callout.lines.push_back(
        {say(QT_TRANSLATE_NOOP("LoomText", "%1 bits a weight, %2, %3"))
             .arg(
                 formatBits(stops.bitsOf(layer, choice)), formatTitle(what, choice),
                 formatBytes(stops.bytesOf(layer, choice))),
         Tone::Plain});
    if (!choice.format.empty()) {
        const SensitivityCell* const cell = workspace.sensitivity().table().find(layer, choice);
        if (cell != nullptr && cell->known && cell->failure.empty())
            callout.lines.push_back(
                {(isInNats(workspace.model())
                      ? say(QT_TRANSLATE_NOOP("LoomText", "alone costs %1 nats, weight error %2 (measured)"))
                      : say(QT_TRANSLATE_NOOP(
                          "LoomText", "alone costs a divergence of %1, weight error %2 (measured)")))
                     .arg(formatSmall(cell->kl.value), formatShare(cell->weightError)),
                 Tone::Warning});
        else
            callout.lines.push_back({say(QT_TRANSLATE_NOOP("LoomText", "not measured yet")), Tone::Muted});
    }
    addCompany(callout, workspace, stops, layer);
    if (!remark.isEmpty())
        callout.lines.push_back({remark, Tone::Muted});
    return callout;
}

LoomCallout pullCallout(Workspace& workspace, const Stops& stops, const Allocation& start, LayerId layer)
{
    const Layer& what = workspace.model().layer(layer);
    const Allocation& now = workspace.document().allocation();
    const SensitivityTable& table = workspace.sensitivity().table();
    LoomCallout callout{int(layer), {titleOf(what)}};
    const QString change =
        say(QT_TRANSLATE_NOOP("LoomText", "%1 → %2 bits"))
            .arg(formatBits(stops.bitsOf(layer, start[layer])), formatBits(stops.bitsOf(layer, now[layer])));
    const auto before = table.predictedKl(start), after = table.predictedKl(now);
    if (before && after) {
        const double difference = *after - *before;
        callout.lines.push_back(
            {(isInNats(workspace.model())
                  ? say(QT_TRANSLATE_NOOP("LoomText", "%1: divergence %2 nats, predicted"))
                  : say(QT_TRANSLATE_NOOP("LoomText", "%1: divergence %2, predicted")))
                 .arg(
                     change,
                     (difference < 0 ? QStringLiteral("−") : QStringLiteral("+"))
                         + formatSmall(std::abs(difference))),
             difference > 0 ? Tone::Warning : Tone::Good});
    } else {
        callout.lines.push_back({change, Tone::Plain});
        callout.lines.push_back(
            {whyNoPrediction(workspace, predictionGap(table, after ? start : now)), Tone::Muted});
    }
    std::int64_t bytes = 0;
    std::size_t moved = 0;
    for (std::size_t i = 0; i < now.layers.size(); ++i) {
        if (now.layers[i] == start.layers[i])
            continue;
        ++moved;
        bytes += std::int64_t(stops.bytesOf(LayerId(i), now.layers[i]))
            - std::int64_t(stops.bytesOf(LayerId(i), start.layers[i]));
    }
    QString cost = bytes < 0
        ? say(QT_TRANSLATE_NOOP("LoomText", "saves %1")).arg(formatBytes(std::uint64_t(-bytes)))
        : bytes > 0 ? say(QT_TRANSLATE_NOOP("LoomText", "costs %1")).arg(formatBytes(std::uint64_t(bytes)))
                    : say(QT_TRANSLATE_NOOP("LoomText", "same size"));
    if (moved > 1)
        cost = QCoreApplication::translate("LoomText", "%1 over %n layer(s)", nullptr, int(moved)).arg(cost);
    const auto errorAt = [&](const LayerChoice& choice) -> std::optional<double> {
        if (choice.format.empty())
            return 0.0;
        const SensitivityCell* const cell = table.find(layer, choice);
        return cell != nullptr && cell->known && cell->failure.empty() ? std::optional(cell->weightError)
                                                                       : std::nullopt;
    };
    const auto errorBefore = errorAt(start[layer]), errorAfter = errorAt(now[layer]);
    if (errorBefore && errorAfter && now[layer] != start[layer])
        cost += say(QT_TRANSLATE_NOOP("LoomText", " · weight error %1 → %2"))
                    .arg(formatShare(*errorBefore), formatShare(*errorAfter));
    callout.lines.push_back({cost, bytes <= 0 ? Tone::Good : Tone::Warning});
    addCompany(callout, workspace, stops, layer);
    return callout;
}

} // namespace tritloom
