#include "app/gui/notice.h"

namespace tritloom {

void showNotice(QWidget* from, const QString& sentence, NoticeKind kind)
{
    // A page may be in a dock that floats: the banner is in the window the dock belongs to.
    for (QWidget* widget = from; widget != nullptr; widget = widget->parentWidget()) {
        if (auto* const banner = widget->findChild<Banner*>(QStringLiteral("banner"))) {
            banner->show(sentence, kind);
            return;
        }
    }
}

} // namespace tritloom
