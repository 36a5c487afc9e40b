#include "app/gui/widgets/checked_list.h"

#include <QLineEdit>

namespace tritloom {

QListWidgetItem*
addChecked(QListWidget* list, const QString& text, const QString& id, bool checked, const QString& tip)
{
    auto* const item = new QListWidgetItem(text, list);
    item->setData(Qt::UserRole, id);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(checked ? Qt::Checked : Qt::Unchecked);
    item->setToolTip(tip);
    return item;
}

std::vector<std::string> checkedOf(const QListWidget* list)
{
    std::vector<std::string> ids;
    for (int i = 0; i < list->count(); ++i)
        if (list->item(i)->checkState() == Qt::Checked)
            ids.push_back(list->item(i)->data(Qt::UserRole).toString().toStdString());
    return ids;
}

void filterBy(QLineEdit* filter, QListWidget* list)
{
    QObject::connect(filter, &QLineEdit::textChanged, list, [list](const QString& text) {
        for (int i = 0; i < list->count(); ++i)
            list->item(i)->setHidden(!list->item(i)->text().contains(text.trimmed(), Qt::CaseInsensitive));
    });
}

} // namespace tritloom
