#pragma once

#include "app/gui/page.h"

namespace tritloom {

/// The place of a page in the window, which is empty until somebody looks: pages of large models take their
/// time, and most of them lie behind others. GUI thread only.
class PageHolder final : public QWidget {
    Q_OBJECT

public:
    /// Named "page." and the page's id. scrolls: a page wider than its place gets scroll bars.
    enum class Room { Given, Scrolls };
    PageHolder(const Page& page, Workspace& workspace, Room room, QWidget* parent);

    [[nodiscard]] const Page& row() const { return m_row; }
    [[nodiscard]] QWidget* page() const { return m_page; } ///< null until it is made
    [[nodiscard]] bool isSeen() const { return m_seen; }
    QWidget* make(); ///< now, where it is not there yet; made() follows once
    /// Whether the place can be seen: a dock behind another tab is shown for Qt. What nobody sees is hidden,
    /// so that it costs no frame of a drag anything.
    void setSeen(bool seen);

signals:
    void wanted(); ///< it is seen and empty
    void made(QWidget* page);

private:
    const Page& m_row;
    Workspace& m_workspace;
    Room m_room;
    QWidget* m_page = nullptr;
    QWidget* m_inside = nullptr; ///< the page, or what scrolls it
    bool m_seen = false;
};

} // namespace tritloom
