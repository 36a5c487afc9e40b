#include "app/gui/widgets/parameter_form.h"

#include "app/gui/plugin_words.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/number_field.h"

#include <QAbstractItemView>
#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

#include <cmath>

namespace tritloom {
namespace {

constexpr int fieldWidth = 88, resetWidth = 24;

bool isSwitch(const ParameterSpec& spec)
{
    return spec.whole && spec.lowest == 0 && spec.highest == 1;
}

QString plain(double value)
{
    return QLocale().toString(value, 'g', 8);
}

/// The value as the form shows it: "on", "Percentile", "0,02".
QString shown(const ParameterSpec& spec, double value)
{
    if (!spec.choices.empty())
        return pluginWords(spec.choices[std::size_t(value)].title);
    if (isSwitch(spec))
        return value != 0 ? ParameterForm::tr("on") : ParameterForm::tr("off");
    return plain(value);
}

/// "0 to 100, standard 2" and how the same is said elsewhere.
QString tipOf(const ParameterSpec& spec)
{
    const QString range = isSwitch(spec) || !spec.choices.empty()
        ? ParameterForm::tr("Standard: %1").arg(shown(spec, spec.standard))
        : spec.whole ? ParameterForm::tr("Whole numbers from %1 to %2, standard %3")
                           .arg(plain(spec.lowest), plain(spec.highest), plain(spec.standard))
                     : ParameterForm::tr("%1 to %2, standard %3")
                           .arg(plain(spec.lowest), plain(spec.highest), plain(spec.standard));
    QStringList words;
    for (const ParameterChoice& choice : spec.choices)
        words << QString::fromStdString(choice.word);
    const QString key = QString::fromStdString(spec.key);
    return range + QLatin1Char('\n')
        + (words.isEmpty() ? ParameterForm::tr("In recipes and on the command line: %1").arg(key)
                           : ParameterForm::tr("On the command line: %1. In recipes a number, from 0 on")
                                 .arg(key + QLatin1Char('=') + words.join(QLatin1Char('|'))));
}

double numberIn(const QWidget* editor)
{
    if (const auto* const box = qobject_cast<const QCheckBox*>(editor))
        return box->isChecked() ? 1 : 0;
    if (const auto* const whole = qobject_cast<const QSpinBox*>(editor))
        return whole->value();
    if (const auto* const choices = qobject_cast<const QComboBox*>(editor))
        return choices->currentIndex();
    return static_cast<const NumberField*>(editor)->value();
}

void setNumber(QWidget* editor, double value)
{
    if (auto* const box = qobject_cast<QCheckBox*>(editor))
        box->setChecked(value != 0);
    else if (auto* const whole = qobject_cast<QSpinBox*>(editor))
        whole->setValue(int(std::lround(value)));
    else if (auto* const choices = qobject_cast<QComboBox*>(editor))
        choices->setCurrentIndex(int(std::lround(value)));
    else
        static_cast<NumberField*>(editor)->setValue(value);
}

} // namespace

ParameterForm::ParameterForm(QWidget* parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
    , m_reset(new QPushButton(tr("All to standard"), this))
{
    setObjectName(QStringLiteral("parameterForm"));
    m_reset->setObjectName(QStringLiteral("parameterReset"));
    m_reset->setProperty("flat", true);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(6);
    m_grid->setVerticalSpacing(5);
    m_grid->setColumnStretch(0, 1);
    m_reset->setAutoDefault(false); // Enter in a field keeps what was typed
    connect(m_reset, &QPushButton::clicked, this, &ParameterForm::reset);
    m_grid->setColumnStretch(0, 1); // titles are longer than fields
    setSpecs({}, {});
}

void ParameterForm::setSpecs(std::vector<ParameterSpec> specs, const Parameters& given)
{
    m_setting = true;
    m_grid->removeWidget(m_reset);
    while (QLayoutItem* const item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_specs = std::move(specs);
    m_rows.clear();
    for (std::size_t i = 0; i < m_specs.size(); ++i)
        m_rows.push_back(makeRow(m_specs[i], int(i)));
    const int below = int(m_specs.size());
    if (m_specs.empty()) {
        auto* const nothing = makeMutedLabel(tr("Nothing to set."), this);
        nothing->setObjectName(QStringLiteral("parameterNothing"));
        m_grid->addWidget(nothing, 0, 0, 1, 3);
    }
    m_grid->addWidget(m_reset, below, 0, 1, 3, Qt::AlignRight);
    m_reset->setVisible(!m_specs.empty());
    if (!m_rows.empty())
        setTabOrder(m_rows.back().reset, m_reset);
    m_setting = false;
    const QSignalBlocker quiet(this);
    setValues(given);
}

ParameterForm::Row ParameterForm::makeRow(const ParameterSpec& spec, int at)
{
    const QString title = spec.unit.empty()
        ? pluginWords(spec.title)
        : tr("%1, %2").arg(pluginWords(spec.title), pluginWords(spec.unit));
    auto* const label = new QLabel(title, this);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    Row row;
    if (!spec.choices.empty()) {
        auto* const choices = new QComboBox(this);
        for (const ParameterChoice& choice : spec.choices)
            choices->addItem(pluginWords(choice.title));
        // Long words do not take the room of titles; the list shows them whole.
        choices->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        choices->setMinimumContentsLength(14);
        choices->view()->setMinimumWidth(choices->view()->sizeHintForColumn(0) + 16);
        connect(choices, &QComboBox::currentIndexChanged, this, &ParameterForm::refresh);
        row.editor = choices;
    } else if (isSwitch(spec)) {
        auto* const box = new QCheckBox(this);
        connect(box, &QCheckBox::toggled, this, &ParameterForm::refresh);
        row.editor = box;
    } else if (spec.whole) {
        auto* const field = new QSpinBox(this);
        field->setRange(int(spec.lowest), int(spec.highest));
        field->setKeyboardTracking(false);
        if (spec.highest - spec.lowest > 200)
            field->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
        connect(field, &QSpinBox::valueChanged, this, &ParameterForm::refresh);
        row.editor = field;
    } else {
        auto* const field = new NumberField(this);
        field->setRange(spec.lowest, spec.highest);
        connect(field, &QDoubleSpinBox::valueChanged, this, &ParameterForm::refresh);
        row.editor = field;
    }
    if (auto* const field = qobject_cast<QAbstractSpinBox*>(row.editor)) {
        field->setFixedWidth(fieldWidth);
        field->setAlignment(Qt::AlignRight);
        field->setFont(figureFont(font(), 12));
    }
    setNumber(row.editor, spec.standard);
    row.standard = numberIn(row.editor);
    row.editor->setObjectName(QStringLiteral("parameter.") + QString::fromStdString(spec.key));
    row.editor->setAccessibleName(title);
    label->setBuddy(row.editor);
    auto* const back = new QToolButton(this);
    back->setText(QStringLiteral("↺"));
    back->setObjectName(QStringLiteral("reset.") + QString::fromStdString(spec.key));
    back->setAccessibleName(tr("%1: back to standard").arg(title));
    back->setToolTip(tr("Back to standard, %1").arg(shown(spec, spec.standard)));
    back->setProperty("flat", true);
    back->setFixedWidth(resetWidth);
    QSizePolicy keeps = back->sizePolicy();
    keeps.setRetainSizeWhenHidden(true); // fields do not move when one differs
    back->setSizePolicy(keeps);
    connect(back, &QToolButton::clicked, this, [editor = row.editor, standard = row.standard] {
        editor->setFocus(); // the button goes
        setNumber(editor, standard);
    });
    row.reset = back;
    const QString tip = tipOf(spec);
    label->setToolTip(tip);
    row.editor->setToolTip(tip);
    m_grid->addWidget(label, at, 0);
    m_grid->addWidget(row.editor, at, 1, Qt::AlignRight);
    m_grid->addWidget(back, at, 2);
    return row;
}

Parameters ParameterForm::values() const
{
    for (const Row& row : m_rows)
        if (auto* const field = qobject_cast<QAbstractSpinBox*>(row.editor))
            field->interpretText(); // what is being typed counts
    Parameters values;
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (const double value = numberIn(m_rows[i].editor); value != m_rows[i].standard)
            values[m_specs[i].key] = value;
    return values;
}

void ParameterForm::setValues(const Parameters& given)
{
    m_setting = true;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const auto found = given.find(m_specs[i].key);
        setNumber(m_rows[i].editor, found == given.end() ? m_rows[i].standard : found->second);
    }
    m_setting = false;
    refresh();
}

void ParameterForm::refresh()
{
    if (m_setting)
        return;
    bool differs = false;
    for (const Row& row : m_rows) {
        const bool other = numberIn(row.editor) != row.standard;
        row.reset->setVisible(other);
        differs = differs || other;
    }
    m_reset->setEnabled(differs);
    emit changed();
}

} // namespace tritloom
