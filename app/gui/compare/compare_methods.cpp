// The methods that are compared, each with its settings and in as many variants as wanted: a part of
// ComparePage.
#include "app/gui/compare/compare_page.h"
#include "app/gui/widgets/parameter_button.h"

#include <QListWidget>
#include <QPushButton>

#include <algorithm>

namespace tritloom {
namespace {

constexpr int SettingsRole = Qt::UserRole + 1; ///< parameters, as pluginText() has them

Candidate methodOf(const QListWidgetItem* item)
{
    const auto choice = parsePluginChoice(item->data(SettingsRole).toString().toStdString());
    return {
        "", item->data(Qt::UserRole).toString().toStdString(), choice ? choice->parameters : Parameters()};
}

} // namespace

std::vector<Candidate> ComparePage::chosenMethods() const
{
    std::vector<Candidate> methods;
    for (int i = 0; i < m_methods->count(); ++i)
        if (m_methods->item(i)->checkState() == Qt::Checked)
            if (const Candidate method = methodOf(m_methods->item(i));
                std::ranges::find(methods, method) == methods.end())
                methods.push_back(method);
    return methods;
}

void ComparePage::showSettings()
{
    const QListWidgetItem* const item = m_methods->currentItem();
    const LayerMethod* const method =
        item != nullptr ? m_workspace.plugins().find(methodOf(item).method) : nullptr;
    m_variant->setEnabled(method != nullptr && !method->parameters().empty());
    if (method == nullptr)
        m_settings->setPlugin({}, {}, {});
    else
        m_settings->setPlugin(
            item->text().section(QStringLiteral(" · "), 0, 0), method->parameters(),
            methodOf(item).parameters);
}

void ComparePage::takeSettings()
{
    QListWidgetItem* const item = m_methods->currentItem();
    if (item == nullptr)
        return;
    const Candidate method{"", methodOf(item).method, m_settings->values()};
    const QString title = item->text().section(QStringLiteral(" · "), 0, 0);
    const QString values =
        QString::fromStdString(methodText(method)).mid(qsizetype(method.method.size())).trimmed();
    item->setData(SettingsRole, QString::fromStdString(pluginText({method.method, method.parameters})));
    item->setText(values.isEmpty() ? title : QStringLiteral("%1 · %2").arg(title, values));
    item->setCheckState(Qt::Checked); // who sets it wants it
    showState();
}

void ComparePage::addVariant()
{
    const QListWidgetItem* const item = m_methods->currentItem();
    if (item == nullptr)
        return;
    auto* const copy = new QListWidgetItem(*item);
    m_methods->insertItem(m_methods->currentRow() + 1, copy);
    m_methods->setCurrentItem(copy);
    m_settings->click();
}

} // namespace tritloom
