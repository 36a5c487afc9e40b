#pragma once

#include "core/format/number_format.h"

#include <span>

namespace tritloom {

/// Lets a method choose the levels of a block itself, for formats with one evenly spaced set of levels a
/// block.
///
/// NumberFormat has no setter for scales; its encoder is asked to store a block with the right range. Which
/// freedom a format leaves is found by trying. Immutable.
class BlockGrid {
public:
    enum class Freedom {
        None, ///< levels are not evenly spaced, differ within a block, or a scale cannot be any number
        Scale, ///< level k lies at step * (k - some constant)
        Line, ///< any first level and any step
    };
    explicit BlockGrid(const NumberFormat& format);

    [[nodiscard]] Freedom freedom() const { return m_freedom; }
    /// Levels first, first + step, ... as near as the stored numbers allow; `first` counts for Freedom::Line
    /// only. Codes are arbitrary afterwards. packed: one block.
    void set(std::span<std::byte> packed, float first, float step) const;

private:
    const NumberFormat* m_format;
    Freedom m_freedom = Freedom::None;
    float m_unitStep = 1; ///< of a block whose extreme is 1, for Freedom::Scale
};

/// The distance between neighbouring levels when it is the same for all, else 0. At least two levels.
[[nodiscard]] float commonStep(std::span<const float> levels);

} // namespace tritloom
