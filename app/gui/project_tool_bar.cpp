#include "app/gui/project_tool_bar.h"

#include "app/gui/number_text.h"
#include "app/gui/plugin_words.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/loom_geometry.h"
#include "app/gui/widgets/parameter_button.h"
#include "app/gui/widgets/size_field.h"
#include "app/session/reach.h"

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLocale>
#include <QResizeEvent>
#include <QSlider>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr int sliderSteps = 100; ///< per stop of the bits axis
constexpr int methodWidth = 200, ///< the longest names are in the list and in the tooltip
    leastMethodWidth = 150;

} // namespace

ProjectToolBar::ProjectToolBar(const PluginHost& plugins, const Actions& actions, QWidget* parent)
    : QToolBar(tr("Project"), parent)
    , m_plugins(plugins)
    , m_method(new QComboBox(this))
    , m_settings(new ParameterButton(this))
    , m_slider(new QSlider(Qt::Horizontal, this))
    , m_bits(new QDoubleSpinBox(this))
    , m_size(new SizeField(this))
{
    setObjectName(QStringLiteral("projectToolBar"));
    setMovable(false);
    setIconSize({16, 16});
    setContextMenuPolicy(Qt::PreventContextMenu);

    m_method->setObjectName(QStringLiteral("method"));
    m_method->setAccessibleName(tr("Compression method"));
    for (const MethodInfo& method : plugins.methods()) {
        m_method->addItem(pluginWords(method.title), QString::fromStdString(method.id));
        m_method->setItemData(
            m_method->count() - 1,
            QStringLiteral("<p>%1</p><p>%2</p>")
                .arg(pluginWords(method.summary).toHtmlEscaped(), method.paper.toHtmlEscaped()),
            Qt::ToolTipRole);
    }
    // The longest name of a plugin does not say how wide the bar is.
    m_method->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_method->setMinimumContentsLength(11);
    m_method->setFixedWidth(methodWidth); // what stands beside it stays where it is, whatever is chosen
    m_settings->setObjectName(QStringLiteral("methodSettings"));
    m_slider->setObjectName(QStringLiteral("budgetSlider"));
    m_slider->setAccessibleName(tr("Budget in bits per weight"));
    m_slider->setRange(0, int(loom_axis::position(16) * sliderSteps));
    m_slider->setFixedWidth(70);
    m_bits->setObjectName(QStringLiteral("budgetBits"));
    m_bits->setAccessibleName(tr("Budget in bits per weight"));
    m_bits->setRange(0.5, 32);
    m_bits->setDecimals(2);
    m_bits->setSuffix(tr(" bpw"));
    m_size->setObjectName(QStringLiteral("budgetSize"));
    m_size->setAccessibleName(tr("Budget as the size of the file"));
    for (QDoubleSpinBox* const field : {m_bits, static_cast<QDoubleSpinBox*>(m_size)}) {
        field->setKeyboardTracking(false);
        field->setFont(figureFont(font(), 12));
        field->setAlignment(Qt::AlignRight);
        field->setFixedWidth(field == m_bits ? 84 : 92);
    }

    addAction(actions.open);
    addAction(actions.undo);
    addAction(actions.redo);
    addSeparator();
    m_labels.push_back(addWidget(makeMutedLabel(tr("Method"), this)));
    addWidget(m_method);
    addWidget(m_settings);
    addSeparator();
    m_labels.push_back(addWidget(makeMutedLabel(tr("Budget"), this)));
    addWidget(m_slider);
    addWidget(m_bits);
    addWidget(m_size);
    addAction(actions.allocate);
    addAction(actions.allocator);
    addSeparator();
    addAction(actions.sweep);
    auto* const space = new QWidget(this);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    addWidget(space);
    addAction(actions.exportModel);
    for (QAction* const action : {actions.open, actions.allocate, actions.sweep, actions.exportModel})
        if (auto* const button = qobject_cast<QToolButton*>(widgetForAction(action)))
            button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_open = static_cast<QToolButton*>(widgetForAction(actions.open));
    for (QAction* const action : {actions.sweep, actions.allocate})
        m_wordy.push_back(static_cast<QToolButton*>(widgetForAction(action)));
    widgetForAction(actions.exportModel)->setProperty("primary", true);
    widgetForAction(actions.allocator)->setProperty("compact", true);
    for (QAction* const action : {actions.open, actions.undo, actions.redo, actions.allocator})
        widgetForAction(action)->setAccessibleName(action->text());

    if (auto* const button = qobject_cast<QToolButton*>(widgetForAction(actions.sweep)))
        connect(actions.sweep, &QAction::changed, button, [this, button] {
            // "Stop" is shorter than what it stops: its neighbours stay where they are.
            if (button->toolButtonStyle() == Qt::ToolButtonIconOnly)
                return;
            m_sweepWidth = std::max(m_sweepWidth, button->sizeHint().width());
            button->setMinimumWidth(m_sweepWidth);
        });
    connect(m_method, &QComboBox::activated, this, &ProjectToolBar::takeMethod);
    connect(m_settings, &ParameterButton::chosen, this, [this] {
        const std::string id = m_method->currentData().toString().toStdString();
        m_settingsOf[id] = m_settings->values();
        if (m_workspace != nullptr)
            m_workspace->setMethod({id, m_settings->values()});
    });
    connect(m_slider, &QSlider::valueChanged, this, [this](int value) {
        setBudgetBits(loom_axis::bitsAt(double(value) / sliderSteps));
    });
    connect(m_bits, &QDoubleSpinBox::valueChanged, this, &ProjectToolBar::setBudgetBits);
    connect(m_size, &QDoubleSpinBox::valueChanged, this, &ProjectToolBar::setBudgetBytes);
    setWorkspace(nullptr);
}

void ProjectToolBar::setWorkspace(Workspace* workspace)
{
    if (m_workspace != nullptr) {
        m_workspace->disconnect(this);
        m_workspace->sensitivity().disconnect(this);
        m_workspace->document().disconnect(this);
    }
    m_workspace = workspace;
    for (QWidget* const widget :
         {static_cast<QWidget*>(m_method), static_cast<QWidget*>(m_slider), static_cast<QWidget*>(m_bits),
          static_cast<QWidget*>(m_size)})
        widget->setEnabled(workspace != nullptr);
    for (QDoubleSpinBox* const field : {m_bits, static_cast<QDoubleSpinBox*>(m_size)}) {
        field->setSpecialValueText(workspace == nullptr ? QStringLiteral("–") : QString());
    }
    if (workspace == nullptr) {
        showLeast(0, 0);
        for (QDoubleSpinBox* const field : {m_bits, static_cast<QDoubleSpinBox*>(m_size)})
            field->setValue(field->minimum()); // of nothing there is no size
        showMethod({});
        return;
    }
    connect(workspace, &Workspace::goalChanged, this, &ProjectToolBar::refresh);
    connect(&workspace->sensitivity(), &SensitivityController::tableChanged, this, &ProjectToolBar::refresh);
    connect(&workspace->document(), &AllocationDocument::pinsChanged, this, &ProjectToolBar::refresh);
    refresh();
}

void ProjectToolBar::showLeast(double bits, double bytes)
{
    constexpr double narrowest = 0.5;
    // Rounded up: what stands in the field can be reached.
    m_bits->setRange(std::max(narrowest, std::ceil(100 * bits) / 100), 32);
    m_size->setMinimum(std::max(1.0, bytes));
    const QString least = bytes == 0
        ? QString()
        : QStringLiteral("<p>%1</p>")
              .arg(tr("The formats that are offered make at least %1 bits a weight, %2.")
                       .arg(QLocale().toString(std::ceil(100 * bits) / 100, 'f', 2), formatBytes(std::uint64_t(bytes))));
    const auto tip = [&](const QString& what) { return QStringLiteral("<p>%1</p>").arg(what) + least; };
    for (QWidget* const field : {static_cast<QWidget*>(m_slider), static_cast<QWidget*>(m_bits)})
        field->setToolTip(
            tip(tr("Budget in bits a weight of the layers that are compressed, scales counted; norms and "
                   "biases stay as they are and are no part of it")));
    m_size->setToolTip(
        tip(tr("The same budget as the size of all tensors, those that stay as they are too")));
}

void ProjectToolBar::resizeEvent(QResizeEvent* event)
{
    QToolBar::resizeEvent(event);
    fitLabels();
}

void ProjectToolBar::fitLabels()
{
    // Words are longer in some languages; no button may fall off the end. What a folder on a button means is
    // known without a word, a name that is cut stands in the tooltip, then go the words before fields, and in
    // the narrowest window those of the least used button, in long languages of the next one too.
    constexpr int gap = 7, edges = 24; // as the style sheet has them
    const auto spare = [this] {
        int sum = edges;
        for (QAction* const action : actions())
            if (const QWidget* const widget = widgetForAction(action);
                widget != nullptr && action->isVisible())
                sum += gap
                    + std::clamp(widget->sizeHint().width(), widget->minimumWidth(), widget->maximumWidth());
        return width() - sum;
    };
    const auto fits = [&spare] { return spare() >= 0; };
    const auto showLabels = [this](bool shown) {
        for (QAction* const label : m_labels)
            label->setVisible(shown);
    };
    m_open->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_method->setFixedWidth(methodWidth);
    showLabels(true);
    for (QToolButton* const button : m_wordy)
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_wordy.front()->setMinimumWidth(m_sweepWidth);
    if (!fits())
        m_open->setToolButtonStyle(Qt::ToolButtonIconOnly);
    if (!fits())
        m_method->setFixedWidth(leastMethodWidth);
    if (!fits())
        showLabels(false);
    for (QToolButton* const button : m_wordy)
        if (!fits()) {
            button->setToolButtonStyle(Qt::ToolButtonIconOnly);
            button->setMinimumWidth(0);
        }
    m_method->setFixedWidth(std::clamp(m_method->width() + spare(), leastMethodWidth, methodWidth));
}

void ProjectToolBar::refresh()
{
    if (m_workspace == nullptr)
        return;
    m_refreshing = true;
    const double bytes = double(m_workspace->goal().budgetBytes);
    const double bits = budgetToBits(m_workspace->model(), bytes);
    const auto least = double(m_workspace->smallestBudget());
    showLeast(budgetToBits(m_workspace->model(), least), least);
    if (!m_slider->isSliderDown())
        m_slider->setValue(int(std::lround(loom_axis::position(bits) * sliderSteps)));
    m_bits->setValue(bits);
    m_size->setValue(bytes);
    showMethod(m_workspace->method());
    m_refreshing = false;
}

void ProjectToolBar::setBudgetBits(double bits)
{
    if (m_workspace != nullptr && !m_refreshing)
        setBudgetBytes(bitsToBudget(m_workspace->model(), bits));
}

void ProjectToolBar::setBudgetBytes(double bytes)
{
    if (m_workspace == nullptr || m_refreshing)
        return;
    Goal goal = m_workspace->goal();
    goal.budgetBytes = std::uint64_t(std::max(1.0, std::round(bytes)));
    m_workspace->setGoal(goal);
}

void ProjectToolBar::takeMethod()
{
    const std::string id = m_method->currentData().toString().toStdString();
    if (m_workspace != nullptr)
        m_workspace->setMethod({id, m_settingsOf[id]});
}

void ProjectToolBar::showMethodTip()
{
    QString tip = QStringLiteral("<p><b>%1</b></p>").arg(m_method->currentText().toHtmlEscaped());
    if (m_method->currentData().toString() == QLatin1String("imatrix"))
        tip +=
            QStringLiteral("<p>%1</p>")
                .arg(tr(
                    "What a project begins with: it fits every format, takes about as long as rounding, and "
                    "gives what llama.cpp’s own quantizer gives or better. GPTQ mostly loses less at four "
                    "bits and below, small models above all, and its sweep takes several times as long; "
                    "the page Compare measures both on this model."));
    m_method->setToolTip(tip);
}

void ProjectToolBar::showMethod(const PluginChoice& method)
{
    m_method->setCurrentIndex(m_method->findData(QString::fromStdString(method.id)));
    const LayerMethod* const found = m_plugins.find(method.id);
    showMethodTip();
    fitLabels();
    m_settings->setPlugin(
        m_method->currentText(), found != nullptr ? found->parameters() : std::vector<ParameterSpec>(),
        method.parameters);
    if (found != nullptr)
        m_settingsOf[method.id] = method.parameters;
}

} // namespace tritloom
