#pragma once

#include "core/format/group_grids.h"
#include "core/graph/layer_replacement.h"

#include <optional>
#include <stop_token>

namespace tritloom {

/// What a compressed layer chose part by part: a grid or a width for each group of weights, or a width for
/// each input column. Read from what is stored.
struct GroupChoices {
    enum class Of { Groups, Columns };
    Of of = Of::Groups;
    GroupGrids::Kind kind = GroupGrids::Kind::Bits;
    std::vector<double> grids; ///< special levels or bits, ascending; 0 bits: stored as 0
    /// Groups: output channels and groups of each; columns: input columns and 1.
    std::size_t across = 0, down = 0;
    std::vector<std::uint8_t> chosen; ///< [across][down], indices into grids
    std::size_t groupElements = 0; ///< consecutive weights of a group; of columns the outputs

    [[nodiscard]] std::vector<std::size_t> counts() const; ///< of every grid
};

/// nullopt where the layer chose nothing of that kind, or where it was stopped. Many threads.
[[nodiscard]] std::optional<GroupChoices> groupChoices(const CompressedLayer& layer, std::stop_token stop);

} // namespace tritloom
