#pragma once

#include "app/gui/page_holder.h"

#include <QObject>
#include <QTimer>

class QAction;
class QDockWidget;
class QMainWindow;
class QMenu;
class QVBoxLayout;

namespace tritloom {

/// Docks for every row of pages(): made once, filled while a project is open. A page is made when it is first
/// seen, one an event, so that no model is too large to be opened without a halt. GUI thread only.
class PageDocks final : public QObject {
    Q_OBJECT

public:
    enum class Layout {
        Remembered,
        Standard
    }; ///< Standard: pictures neither use nor touch what a person arranged
    PageDocks(QMainWindow& window, QVBoxLayout& centre, Layout layout);

    /// Pages follow: pageMade() for each, settled() once nobody waits for one. Arrangement: that of the
    /// project, or as it was when the last one was left.
    enum class Arrangement { OfProject, AsBefore };
    void fill(Workspace& workspace, Arrangement arrangement);
    void refreshShown(); ///< whether pages apply has changed: those that do now come, others go
    /// Makes the page now, where it is not there yet; null: no such page, or nothing is open.
    QWidget* need(const QString& id);
    void empty(); ///< takes the pages down, hides the docks and remembers where they were
    void resetLayout();
    /// Sizes that wait for the window's first size; which docks can be seen.
    bool eventFilter(QObject* watched, QEvent* event) override;
    void addToggles(QMenu& menu) const;
    /// Brings the page to the front and gives it; null: nothing is open, or the page is of another kind of
    /// model.
    QWidget* raise(const Page& page);
    [[nodiscard]] bool isShown(const Page& page) const; ///< it says something of the open model
    [[nodiscard]] bool isOpen(const Page& page) const; ///< nobody has closed its dock
    [[nodiscard]] bool isSeen(const Page& page) const; ///< it is in front
    [[nodiscard]] PageHolder* holderOf(const Page& page) const; ///< null: nothing is open
    void store() const; ///< the layout, for the next start and in the open project
    [[nodiscard]] bool isFilled() const { return m_filled; }

signals:
    void pageMade(QWidget* page);
    void filledChanged();
    void settled(); ///< what can be seen is there

private:
    PageHolder* hold(const Page& page, QWidget* parent);
    void makeNext();
    void arrange();
    /// In a narrow window the pages at the bottom lie under those on the right too, or their tabs had no
    /// room.
    void giveCorner();
    void raiseFront(); ///< the page that is there for this kind of model alone, else the first
    [[nodiscard]] QWidget* inside(const Page& page, QDockWidget* dock);
    void hideOthers(); ///< docks of pages that say nothing of the open model
    void applySizes();
    void shareLeft(); ///< the height of the left area among its pages
    /// The pages at the bottom keep their share of a window that becomes higher or lower: Qt would give all
    /// of what comes to the loom and take what goes from both.
    void aimAtShare();
    void takeShare(); ///< as it is now
    [[nodiscard]] QDockWidget* seenBottom() const; ///< null: none, or it floats

    QMainWindow& m_window;
    QVBoxLayout& m_centre;
    std::vector<std::pair<const Page*, QDockWidget*>> m_docks;
    std::vector<PageHolder*> m_holders; ///< of the open project
    std::vector<PageHolder*> m_waiting; ///< are seen and empty
    QTimer m_next;
    Workspace* m_workspace = nullptr; ///< whose pages these are
    QByteArray m_last; ///< the arrangement when the last one was left
    Layout m_layout;
    double m_share = 0; ///< of the height, when it was m_heightOfShare; 0: no page is at the bottom
    int m_heightOfShare = 0; ///< 0 while the window is laid out anew
    bool m_filled = false, m_sizesPending = false, m_aims = false;
};

} // namespace tritloom
