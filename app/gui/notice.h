#pragma once

#include "app/gui/widgets/banner.h"

namespace tritloom {

using NoticeKind = Banner::Kind;

/// Shows one sentence in the banner of the window that `from` is in; does nothing outside such a window.
void showNotice(QWidget* from, const QString& sentence, NoticeKind kind = NoticeKind::Error);

} // namespace tritloom
