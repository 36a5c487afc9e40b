#pragma once

#include <QListWidget>

#include <string>
#include <vector>

class QLineEdit;

namespace tritloom {

/// A row that can be checked; its id is in Qt::UserRole.
QListWidgetItem*
addChecked(QListWidget* list, const QString& text, const QString& id, bool checked, const QString& tip = {});

/// The ids of the checked rows, in order.
[[nodiscard]] std::vector<std::string> checkedOf(const QListWidget* list);

/// Rows without what is typed are hidden, for as long as both live.
void filterBy(QLineEdit* filter, QListWidget* list);

} // namespace tritloom
