#pragma once

#include "app/gui/allocation/pull.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/loom_painter.h"

namespace tritloom {

/// "blk.2.ffn_down, 4.25 bits, pinned"
[[nodiscard]] QString spokenName(const Layer& layer, double bits, bool pinned);
/// What bits a weight are counted over: the layers, and all tensors.
[[nodiscard]] QString bitsTip(const Model& model, const Estimate& estimate);
/// "blk.2.ffn_down", "block 6", "blocks 6 to 9", "28 layers"
[[nodiscard]] QString layersTitle(const Model& model, const std::vector<LayerId>& layers);
/// "blocks 6 to 9 selected, 28 layers"
[[nodiscard]] QString selectionTitle(const Model& model, const std::vector<LayerId>& layers);
/// The four numbers as rich text: size, fit, bits per weight, loss; each with its kind. terse: in few words,
/// the fit only where it does not.
/// measured: of the allocation; null: the loss is predicted. corrected: a measurement has changed what is
/// predicted. original: the uncompressed model is shown. Where nothing is changed there is no loss to speak
/// of.
[[nodiscard]] QString numbersTitle(
    const Workspace& workspace, const Estimate& estimate, const Evaluation* measured, bool corrected,
    const ThemeColors& colors, bool original, bool terse = false);

/// remark: of the bar, "" for none.
[[nodiscard]] LoomCallout
hoverCallout(Workspace& workspace, const Stops& stops, LayerId layer, const QString& remark);
/// From `start` to where the pull is now.
[[nodiscard]] LoomCallout
pullCallout(Workspace& workspace, const Stops& stops, const Allocation& start, LayerId layer);

} // namespace tritloom
