#pragma once

#include "app/session/workspace.h"

#include <QKeyCombination>
#include <QWidget>

#include <span>

namespace tritloom {

/// A part of the window that shows the open project.
struct Page {
    enum class Area { Left, Centre, Right, Bottom };
    const char* id; ///< stable: stored layouts, `tritloom-cli screenshot --page`
    const char* title; ///< translated in the context "Pages"
    Area area;
    QWidget* (*make)(Workspace&, QWidget* parent); ///< connects itself; lives until the project closes
    QKeyCombination key; ///< raises it; two pages that no model has both may share one
    bool (*applies)(const Workspace&) = nullptr; ///< null: always; where it says no the page is not there
};

/// app/gui/pages.cpp holds the only list.
[[nodiscard]] std::span<const Page> pages();

} // namespace tritloom
