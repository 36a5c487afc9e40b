#include "app/gui/allocation/allocator_dialog.h"

#include "app/gui/methods/plugin_chooser.h"
#include "app/gui/plugin_words.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/number_field.h"
#include "app/gui/widgets/parameter_button.h"
#include "app/gui/window_wiring.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace tritloom {

AllocatorDialog::AllocatorDialog(Workspace& workspace, const std::string& shown, QWidget* parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_chooser(new PluginChooser(workspace.plugins(), PluginKind::Allocator, this))
    , m_costs(new QComboBox(this))
    , m_settings(new ParameterButton(this))
    , m_bitOperations(new NumberField(this))
    , m_milliseconds(new NumberField(this))
    , m_state(makeMutedLabel({}, this))
    , m_allocate(new QPushButton(tr("Allocate"), this))
{
    setObjectName(QStringLiteral("allocatorDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(false);
    setWindowTitle(tr("How to allocate"));
    m_chooser->list().setAccessibleName(tr("Allocators"));
    m_chooser->addStandard(
        tr("Exact knapsack"),
        tr("The standard: of all choices that fit the budget, the one with the least sum of costs. Exact, "
           "and done in a moment."));
    m_costs->setObjectName(QStringLiteral("allocatorCosts"));
    m_costs->setAccessibleName(tr("Costs"));
    m_costs->addItem(tr("The measured sweep"), QString());
    for (const MethodInfo& info : workspace.plugins().of(PluginKind::SensitivityMetric)) {
        m_costs->addItem(pluginWords(info.title), QString::fromStdString(info.id));
        m_costs->setItemData(m_costs->count() - 1, pluginWords(info.summary), Qt::ToolTipRole);
    }
    m_settings->setObjectName(QStringLiteral("allocatorMetricSettings"));
    m_bitOperations->setObjectName(QStringLiteral("bitOperations"));
    m_bitOperations->setAccessibleName(tr("Bit operations a token, at most"));
    m_bitOperations->setRange(0, 1e18);
    m_bitOperations->setSpecialValueText(tr("no limit"));
    m_bitOperations->setToolTip(
        tr("Multiply-adds a token × bits of the weights × bits of the activations, 16; the integer program "
           "keeps it beside the size"));
    m_milliseconds->setObjectName(QStringLiteral("milliseconds"));
    m_milliseconds->setAccessibleName(tr("Milliseconds a token, at most"));
    m_milliseconds->setRange(0, 1e9);
    m_milliseconds->setSpecialValueText(tr("no limit"));
    m_milliseconds->setToolTip(
        tr("For reading all weights once, as fast as this machine reads so many bytes; the integer program keeps "
           "it beside the size"));
    m_state->setObjectName(QStringLiteral("allocatorState"));
    m_state->setWordWrap(true);
    m_allocate->setObjectName(QStringLiteral("allocatorApply"));
    m_allocate->setProperty("primary", true);
    m_allocate->setDefault(true);
    auto* const keep = new QPushButton(tr("Keep choice"), this);
    keep->setObjectName(QStringLiteral("allocatorKeep"));
    keep->setToolTip(tr("Keep the choice for the next time without moving bits now"));
    auto* const cancel = new QPushButton(tr("Cancel"), this);
    auto* const costs = new QHBoxLayout;
    costs->addWidget(m_costs);
    costs->addWidget(m_settings);
    costs->addStretch(1);
    auto* const grid = new QGridLayout;
    grid->addWidget(new QLabel(tr("Costs"), this), 0, 0);
    grid->addLayout(costs, 0, 1);
    grid->addWidget(new QLabel(tr("Bit operations a token, at most"), this), 1, 0);
    grid->addWidget(m_bitOperations, 1, 1, Qt::AlignLeft);
    grid->addWidget(new QLabel(tr("Milliseconds a token, at most"), this), 2, 0);
    grid->addWidget(m_milliseconds, 2, 1, Qt::AlignLeft);
    grid->setColumnStretch(1, 1);
    m_bitOperations->setFixedWidth(140);
    m_milliseconds->setFixedWidth(140);
    auto* const buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(keep);
    buttons->addWidget(m_allocate);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(m_chooser, 1);
    column->addLayout(grid);
    column->addWidget(m_state);
    column->addLayout(buttons);
    resize(660, 430);

    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(keep, &QPushButton::clicked, this, [this] {
        m_workspace.setAllocator(choice());
        accept();
    });
    connect(m_allocate, &QPushButton::clicked, this, [this] {
        m_workspace.setAllocator(choice());
        allocateOnceMeasured(m_workspace, parentWidget() != nullptr ? *parentWidget() : *this);
        accept();
    });
    connect(m_chooser, &PluginChooser::changed, this, &AllocatorDialog::refresh);
    connect(m_costs, &QComboBox::currentIndexChanged, this, [this] { showMetric({}); });
    connect(&workspace, &Workspace::left, this, [this] {
        disconnect(m_chooser, nullptr, this, nullptr);
        QDialog::close();
    });
    const AllocatorChoice& now = workspace.allocator();
    m_chooser->setChoice(
        shown.empty() || shown == now.allocator.id ? now.allocator : PluginChoice{shown, {}});
    m_bitOperations->setValue(now.bitOperations);
    m_milliseconds->setValue(now.milliseconds);
    m_costs->setCurrentIndex(std::max(0, m_costs->findData(QString::fromStdString(now.metric.id))));
    showMetric(now.metric.parameters);
}

void AllocatorDialog::showMetric(const Parameters& values)
{
    const SensitivityMetric* const metric =
        m_workspace.plugins().metric(m_costs->currentData().toString().toStdString());
    m_settings->setVisible(metric != nullptr);
    if (metric != nullptr)
        m_settings->setPlugin(m_costs->currentText(), metric->parameters(), values);
    refresh();
}

AllocatorChoice AllocatorDialog::choice() const
{
    const std::string metric = m_costs->currentData().toString().toStdString();
    return {
        m_chooser->choice(),
        {metric, metric.empty() ? Parameters() : m_settings->values()},
        m_bitOperations->value(), m_milliseconds->value()};
}

void AllocatorDialog::refresh()
{
    const AllocatorChoice wanted = choice();
    const bool measured = wanted.metric.id.empty();
    const bool exact = wanted.allocator.id.empty();
    for (NumberField* const field : {m_bitOperations, m_milliseconds})
        field->setEnabled(exact || wanted.allocator.id == "integer-program");
    m_state->setText(
        !measured && exact
            ? tr("Costs of a metric are solved by the integer program, which is exact as well. The metric is "
                 "asked first where that has not been done.")
            : !measured ? tr("The metric is asked first where that has not been done.")
            : m_workspace.sensitivity().table().knownCount() == 0
            ? tr("The sensitivity has not been measured yet: that comes first.")
            : QString());
}

} // namespace tritloom
