#pragma once

#include <QString>

class QWidget;

namespace tritloom {

enum class NoticeKind { Information, Warning, Error };

/// Shows one sentence in the banner of the window that `from` is in; does nothing outside such a window.
void showNotice(QWidget* from, const QString& sentence, NoticeKind kind = NoticeKind::Error);

} // namespace tritloom
