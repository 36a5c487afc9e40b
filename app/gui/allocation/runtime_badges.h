#pragma once

#include "app/gui/widgets/steady_label.h"
#include "app/session/workspace.h"

namespace tritloom {

/// Which runtimes would load the allocation as it is now: one mark an export target, the broken rules in the
/// tool tip. Follows every frame of a drag. Where there is too little room the last ones are a number, of
/// which the tool tip tells too. GUI thread only.
class RuntimeBadges final : public SteadyLabel {
    Q_OBJECT

public:
    explicit RuntimeBadges(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override; ///< of all of them
    [[nodiscard]] QSize minimumSizeHint() const override; ///< of the first and a number

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Badge {
        QString words;
        bool loads = false;
        bool operator==(const Badge&) const = default;
    };
    void refresh();
    void showWhatFits();
    [[nodiscard]] QString restOf(std::size_t shown) const; ///< "+2"; "": nothing is left out
    [[nodiscard]] QSize sizeOf(std::size_t shown) const;

    Workspace& m_workspace;
    std::vector<Badge> m_badges;
};

} // namespace tritloom
