#include "app/gui/preferences_dialog.h"

#include "app/gui/core_words.h"
#include "app/gui/widgets/card.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QPushButton>
#include <QSpinBox>

#include <thread>

namespace tritloom {

PreferencesDialog::PreferencesDialog(const Settings& settings, QWidget* parent)
    : QDialog(parent)
    , m_device(new QComboBox(this))
    , m_theme(new QComboBox(this))
    , m_language(new QComboBox(this))
    , m_threads(new QSpinBox(this))
{
    setObjectName(QStringLiteral("preferencesDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Preferences"));
    m_device->setObjectName(QStringLiteral("preferencesDevice"));
    m_language->setObjectName(QStringLiteral("preferencesLanguage"));
    for (const Device& device : devices())
        m_device->addItem(coreWords(device.title), QString::fromStdString(device.id));
    m_theme->addItem(tr("Dark"), "dark");
    m_theme->addItem(tr("Light"), "light");
    m_theme->addItem(tr("As the desktop"), "system");
    m_language->addItem(tr("As the system"), "");
    m_language->addItem(QStringLiteral("English"), "en");
    m_language->addItem(QStringLiteral("Deutsch"), "de");
    m_threads->setRange(0, int(std::thread::hardware_concurrency()));
    m_threads->setSpecialValueText(tr("all cores"));
    m_device->setCurrentIndex(std::max(0, m_device->findData(settings.device)));
    m_theme->setCurrentIndex(std::max(0, m_theme->findData(settings.theme)));
    m_language->setCurrentIndex(std::max(0, m_language->findData(settings.language)));
    m_threads->setValue(settings.threads);

    auto* const form = new QFormLayout;
    form->addRow(tr("&Device"), m_device);
    form->addRow(tr("&Threads"), m_threads);
    form->addRow(tr("T&heme"), m_theme);
    form->addRow(tr("&Language"), m_language);
    auto* const note = makeMutedLabel(tr("Device and threads take effect with the next model."), this);
    note->setWordWrap(true);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("OK")); // Qt's own words need not be installed
    buttons->button(QDialogButtonBox::Cancel)->setText(tr("Cancel"));
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        emit settingsChosen(chosen());
        accept();
    });
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->addLayout(form);
    column->addWidget(note);
    column->addWidget(buttons);
    setMinimumWidth(380);
}

Settings PreferencesDialog::chosen() const
{
    Settings settings;
    settings.device = m_device->currentData().toString();
    settings.theme = m_theme->currentData().toString();
    settings.language = m_language->currentData().toString();
    settings.threads = m_threads->value();
    return settings;
}

} // namespace tritloom
