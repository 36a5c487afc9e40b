#pragma once

#include <QProgressBar>

namespace tritloom {

/// Sets the value of a bar; it is painted with the next frame. QProgressBar::setValue() itself paints at
/// once, and with the bar everything else of the window that waits for its frame: once more in each frame of
/// a drag.
inline void showProgress(QProgressBar& bar, int value)
{
    if (bar.value() == value)
        return;
    const bool enabled = bar.updatesEnabled();
    bar.setUpdatesEnabled(false);
    bar.setValue(value);
    bar.setUpdatesEnabled(enabled);
}

} // namespace tritloom
