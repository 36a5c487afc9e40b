#include "app/gui/window_host.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>

namespace tritloom {

void Language::speak(const QString& code)
{
    static const QLocale system; // before anything else is the default
    const QLocale locale = code.isEmpty() ? system : QLocale(code);
    QLocale::setDefault(locale);
    m_own = std::make_unique<QTranslator>(); // those before take themselves out
    m_qt = std::make_unique<QTranslator>();
    // English needs its file too: it holds the plurals.
    if (m_own->load(locale, QStringLiteral("tritloom"), QStringLiteral("_"), m_words)
        || m_own->load(m_words + QStringLiteral("/tritloom_en.qm")))
        QCoreApplication::installTranslator(m_own.get());
    if (m_qt->load(
            locale, QStringLiteral("qtbase"), QStringLiteral("_"),
            QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(m_qt.get());
}

WindowHost::WindowHost(const PluginHost& plugins, const Settings& settings, Language& language)
    : m_plugins(plugins)
    , m_language(language)
    , m_window(std::make_unique<MainWindow>(plugins, settings))
{
    listen();
}

void WindowHost::listen()
{
    // The dialog in which it was chosen is the window's: it closes first.
    connect(m_window.get(), &MainWindow::languageChosen, this, &WindowHost::speakOther, Qt::QueuedConnection);
}

void WindowHost::speakOther()
{
    const std::unique_ptr<MainWindow> before = std::move(m_window);
    const Settings settings = before->settings();
    const QByteArray geometry = before->saveGeometry();
    const bool isVisible = before->isVisible();
    std::unique_ptr<WindowSession> session = before->handOver();
    m_language.speak(settings.language);
    m_window = std::make_unique<MainWindow>(m_plugins, settings);
    m_window->restoreGeometry(geometry);
    listen();
    if (isVisible)
        m_window->show(); // before the other goes: the program ends with its last window
    m_window->takeOver(std::move(session));
}

} // namespace tritloom
