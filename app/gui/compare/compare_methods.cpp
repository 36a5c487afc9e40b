// The formats and methods that are compared, the latter each with its settings and in as many variants as
// wanted: a part of ComparePage.
#include "app/gui/compare/compare_page.h"
#include "app/gui/core_words.h"
#include "app/gui/plugin_words.h"
#include "app/gui/widgets/checked_list.h"
#include "app/gui/widgets/parameter_button.h"
#include "app/session/held_formats.h"
#include "app/session/written_formats.h"
#include "core/format/row_group.h"

#include <QLineEdit>
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

void ComparePage::fillLists()
{
    const bool pictures = m_workspace.model().picture.has_value();
    // Each of some hundred rows would have the page say anew how many are chosen.
    const QSignalBlocker quietMethods(m_methods), quietFormats(m_formats);
    // Calibrated rounding of convolutions has its own favourites; the formats of GGUF are made for long rows.
    const QStringList first = pictures ? QStringList{"rtn", "gptq", "hqq"}
                                       : QStringList{"rtn", "imatrix", "gptq"},
                      formats = pictures ? QStringList{"int3row", "int4row", "int6row", "int8row"}
                                         : QStringList{"q2_k", "q3_k", "q4_k", "q6_k"};
    std::vector<MethodInfo> methods = m_workspace.plugins().methods();
    const auto isFirst = [&first](const MethodInfo& info) {
        return first.contains(QString::fromStdString(info.id));
    };
    std::ranges::stable_partition(methods, isFirst); // what is chosen is seen without scrolling
    for (const MethodInfo& info : methods) {
        const QString id = QString::fromStdString(info.id);
        const std::string why = whyNotEverywhere(m_workspace.model(), *m_workspace.plugins().find(info.id));
        QListWidgetItem* const item = addChecked(
            m_methods, pluginWords(info.title), id, why.empty() && isFirst(info),
            (why.empty() ? QString() : tr("Not compared: %1").arg(coreWords(why)) + '\n')
                + pluginWords(info.summary) + (info.paper.isEmpty() ? QString() : "\n" + info.paper)
                + (info.covers.isEmpty() ? QString() : "\n" + tr("Here: %1").arg(info.covers)));
        if (!why.empty())
            item->setFlags(Qt::NoItemFlags);
    }
    m_methods->setCurrentRow(0);
    for (const QString& id : formats)
        addChecked(m_formats, id, id, true, {});
    struct Offered {
        QString id, synopsis;
    };
    std::vector<Offered> held, others; // by files for other programs first
    for (const NumberFormatFamily& family : numberFormatFamilies())
        for (const std::string& example : family.examples()) {
            // Whole numbers without a scale hold indices, not weights; the wide floats compress nothing.
            const QString id = QString::fromStdString(example);
            const auto format = parseNumberFormat(example);
            if (!format || formats.contains(id)
                || (family.name == "float" && id != QLatin1String("f16") && id != QLatin1String("bf16")))
                continue;
            (isHeldByOthers(m_workspace.model(), *format) ? held : others)
                .push_back(
                    {id, QString::fromUtf8(family.synopsis.data(), qsizetype(family.synopsis.size()))});
        }
    const QString why = tr(
        "No kind of file that this network becomes has such codes: they would be written as the floats they "
        "stand for.");
    for (const Offered& format : held)
        addChecked(m_formats, format.id, format.id, false, format.synopsis);
    if (!others.empty()) {
        auto* const heading = new QListWidgetItem(tr("Not for export"), m_formats);
        heading->setFlags(Qt::NoItemFlags);
        heading->setToolTip(why);
    }
    for (const Offered& format : others)
        addChecked(m_formats, format.id, format.id, false, format.synopsis + QLatin1Char('\n') + why);
    addChecked(
        m_formats, tr("sign (bit planes)"), "sign", false,
        tr("For methods that store signs and factors: BitStack, PB-LLM, BitDelta"));
    showSettings();
}

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

void ComparePage::offerFormat(const QListWidgetItem* item)
{
    if (item->checkState() != Qt::Checked)
        return;
    const Candidate method = methodOf(item);
    const LayerMethod* const writer = m_workspace.plugins().find(method.method);
    for (const std::string& id : checkedOf(m_formats))
        if (const auto format = parseOfAnyRow(id); format && writesLayers(*writer, **format))
            return;
    const QString own = QString::fromStdString(
        preferredCandidate(m_workspace.model(), method.method, method.parameters, m_workspace.methods())
            .format);
    for (int i = 0; i < m_formats->count(); ++i)
        if (QListWidgetItem* const format = m_formats->item(i);
            format->data(Qt::UserRole).toString() == own) {
            format->setCheckState(Qt::Checked);
            m_formats->scrollToItem(format);
            return;
        }
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

void ComparePage::takeParameters(QListWidgetItem& item, const Parameters& parameters)
{
    const Candidate method{"", methodOf(&item).method, parameters};
    const QString title = item.text().section(QStringLiteral(" · "), 0, 0);
    const QString values = QString::fromStdString(methodText(method, m_workspace.plugins().lookup()))
                               .mid(qsizetype(method.method.size()))
                               .trimmed();
    item.setData(SettingsRole, QString::fromStdString(pluginText({method.method, method.parameters})));
    item.setText(values.isEmpty() ? title : QStringLiteral("%1 · %2").arg(title, values));
    item.setCheckState(Qt::Checked); // who sets it wants it
}

void ComparePage::takeSettings()
{
    QListWidgetItem* const item = m_methods->currentItem();
    if (item == nullptr)
        return;
    takeParameters(*item, m_settings->values());
    showState();
}

void ComparePage::choose(const ComparisonRequest& request)
{
    const QSignalBlocker quietMethods(m_methods), quietFormats(m_formats), quietBudgets(m_budgets);
    for (QListWidget* const list : {m_methods, m_formats})
        for (int i = 0; i < list->count(); ++i)
            if (list->item(i)->flags().testFlag(Qt::ItemIsUserCheckable))
                list->item(i)->setCheckState(Qt::Unchecked);
    const auto rowOf = [](const QListWidget& list, const std::string& id) {
        for (int i = 0; i < list.count(); ++i)
            if (list.item(i)->data(Qt::UserRole).toString().toStdString() == id)
                return i;
        return -1;
    };
    for (const std::string& format : request.formats)
        if (const int row = rowOf(*m_formats, format); row >= 0)
            m_formats->item(row)->setCheckState(Qt::Checked);
    for (const Candidate& method : request.methods) {
        const int row = rowOf(*m_methods, method.method);
        if (row < 0 || !m_methods->item(row)->flags().testFlag(Qt::ItemIsUserCheckable))
            continue;
        QListWidgetItem* item = m_methods->item(row);
        if (item->checkState() == Qt::Checked) { // with other settings
            item = new QListWidgetItem(*item);
            m_methods->insertItem(row + 1, item);
        }
        takeParameters(*item, method.parameters);
    }
    QStringList budgets;
    for (const std::string& budget : request.budgets)
        budgets << QString::fromStdString(budget);
    m_budgets->setText(budgets.join(QStringLiteral(", ")));
    showSettings();
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
