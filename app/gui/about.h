#pragma once

class QWidget;

namespace tritloom {

void showAbout(QWidget* parent);
void showShortcuts(QWidget* parent);

} // namespace tritloom
