#pragma once

namespace tritloom {

/// Makes every BitLoom a group of sliders for assistive technology: one per bar, with its value. Once per
/// program.
void installLoomAccessibility();

} // namespace tritloom
