#include "app/gui/methods/plugin_chooser.h"

#include "app/gui/plugin_words.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/parameter_form.h"

#include <QHBoxLayout>
#include <QListWidget>
#include <QScrollArea>
#include <QScrollBar>

#include <algorithm>
#include <utility>

namespace tritloom {
namespace {

constexpr int listWidth = 130, formWidth = 216; ///< at least

} // namespace

PluginChooser::PluginChooser(const PluginHost& plugins, PluginKind kind, QWidget* parent)
    : QWidget(parent)
    , m_plugins(plugins)
    , m_infos(plugins.of(kind))
    , m_list(new QListWidget(this))
    , m_scroll(new QScrollArea(this))
    , m_summary(new QLabel(this))
    , m_unusable(new QLabel(this))
    , m_about(makeMutedLabel({}, this))
    , m_form(new ParameterForm(this))
{
    setObjectName(QStringLiteral("pluginChooser"));
    m_scroll->setAccessibleName(tr("What is chosen, and its settings")); // it takes focus itself
    m_list->setObjectName(QStringLiteral("plugins"));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setMinimumWidth(listWidth);
    m_list->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding); // whole titles where there is room
    m_summary->setObjectName(QStringLiteral("pluginSummary"));
    m_unusable->setObjectName(QStringLiteral("pluginWhyNot"));
    m_about->setObjectName(QStringLiteral("pluginAbout"));
    m_about->setTextInteractionFlags(Qt::TextSelectableByMouse);
    for (QLabel* const label : {m_summary, m_unusable, m_about}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    for (const MethodInfo& info : m_infos) {
        auto* const item = new QListWidgetItem(pluginWords(info.title), m_list);
        item->setData(Qt::UserRole, QString::fromStdString(info.id));
        item->setToolTip(pluginWords(info.title));
    }
    auto* const panel = new QWidget(this);
    auto* const column = new QVBoxLayout(panel);
    column->setContentsMargins(4, 2, 10, 2);
    column->setSpacing(8);
    column->addWidget(m_summary);
    column->addWidget(m_unusable);
    column->addWidget(m_form);
    column->addWidget(m_about);
    column->addStretch(1);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setMinimumWidth(formWidth);
    m_scroll->setWidget(panel);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_list);
    row->addWidget(m_scroll, 1);
    connect(m_list, &QListWidget::currentRowChanged, this, [this] {
        show();
        emit changed();
    });
    connect(m_list, &QListWidget::itemActivated, this, &PluginChooser::activated);
    connect(m_form, &ParameterForm::changed, this, [this] {
        m_values[m_shown] = m_form->values();
        emit changed();
    });
    const QSignalBlocker quiet(this);
    m_list->setCurrentRow(0);
}

void PluginChooser::addStandard(const QString& title, const QString& about)
{
    m_standardAbout = about;
    auto* const item = new QListWidgetItem(title);
    item->setData(Qt::UserRole, QString());
    m_list->insertItem(0, item);
}

void PluginChooser::setWhyNot(const WhyNot& whyNot)
{
    const std::string current = currentId();
    const QColor muted = themeColors(palette()).mutedText;
    const QSignalBlocker quiet(m_list);
    m_whyNot.clear();
    for (const MethodInfo& info : m_infos)
        m_whyNot[info.id] = whyNot(info);
    QList<QListWidgetItem*> unusable;
    for (int row = m_list->count() - 1; row >= 0; --row) {
        const std::string id = m_list->item(row)->data(Qt::UserRole).toString().toStdString();
        if (m_whyNot[id].isEmpty()) {
            m_list->item(row)->setData(Qt::ForegroundRole, {});
            continue;
        }
        m_list->item(row)->setForeground(muted);
        unusable.prepend(m_list->takeItem(row));
        unusable.front()->setToolTip(m_whyNot[id]);
    }
    for (QListWidgetItem* const item : unusable)
        m_list->addItem(item);
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->data(Qt::UserRole).toString().toStdString() == current)
            m_list->setCurrentRow(row);
    if (!m_whyNot[current].isEmpty())
        m_list->setCurrentRow(0);
    show();
}

std::string PluginChooser::currentId() const
{
    const QListWidgetItem* const item = m_list->currentItem();
    return item != nullptr ? item->data(Qt::UserRole).toString().toStdString() : std::string();
}

void PluginChooser::setChoice(const PluginChoice& choice)
{
    const QSignalBlocker quiet(this);
    m_values[choice.id] = choice.parameters;
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->data(Qt::UserRole).toString().toStdString() == choice.id) {
            m_shown.clear(); // drawn anew with these values
            m_list->setCurrentRow(row);
            show();
        }
}

PluginChoice PluginChooser::choice() const
{
    return {currentId(), m_form->values()};
}

QString PluginChooser::title() const
{
    return m_list->currentItem() != nullptr ? m_list->currentItem()->text() : QString();
}

QString PluginChooser::whyNot() const
{
    const auto found = m_whyNot.find(currentId());
    return found == m_whyNot.end() ? QString() : found->second;
}

void PluginChooser::show()
{
    const std::string id = currentId();
    const auto info = std::ranges::find(m_infos, id, &MethodInfo::id);
    const bool isPlugin = info != m_infos.end();
    const bool isOther = std::exchange(m_shown, id) != id;
    m_summary->setText(isPlugin ? pluginWords(info->summary) : m_standardAbout);
    QStringList about;
    if (isPlugin && !info->paper.isEmpty())
        about << info->paper;
    if (isPlugin && !info->covers.isEmpty())
        about << tr("Here: %1").arg(pluginWords(info->covers));
    m_about->setText(about.join(QStringLiteral("\n\n")));
    m_about->setVisible(!about.isEmpty());
    const QString why = whyNot();
    m_unusable->setText(why.isEmpty() ? QString() : tr("Not for this model: %1.").arg(why));
    tint(m_unusable, themeColors(palette()).warning);
    m_unusable->setVisible(!why.isEmpty());
    m_form->setVisible(isPlugin);
    if (!isOther)
        return;
    const QSignalBlocker quiet(m_form);
    m_form->setSpecs(isPlugin ? m_plugins.parametersOf(*info) : std::vector<ParameterSpec>(), m_values[id]);
    // A form is never cut: the list and what stands beside give way.
    const QMargins margins = m_scroll->widget()->layout()->contentsMargins();
    m_scroll->setMinimumWidth(std::max(
        formWidth,
        m_form->minimumSizeHint().width() + margins.left() + margins.right()
            + m_scroll->verticalScrollBar()->sizeHint().width()));
}

} // namespace tritloom
