#pragma once

#include "app/gui/main_window.h"

#include <QTranslator>

namespace tritloom {

/// The language that the program speaks: what tr() gives, and how numbers are written. GUI thread only.
class Language {
public:
    /// words: the folder of the compiled translations.
    explicit Language(QString words = QStringLiteral(":/i18n"))
        : m_words(std::move(words))
    {
    }
    /// code: "de", "en"; empty: the system's.
    void speak(const QString& code);

private:
    QString m_words;
    std::unique_ptr<QTranslator> m_own, m_qt; ///< the program's words and Qt's
};

/// The window. Where a person chooses another language another window takes the place of the first, with the
/// same project, steps, selection and layout; what runs goes on. GUI thread only.
class WindowHost final : public QObject {
    Q_OBJECT

public:
    /// Both outlive it; language: speaks what settings say.
    WindowHost(const PluginHost& plugins, const Settings& settings, Language& language);

    [[nodiscard]] MainWindow& window() { return *m_window; }

private:
    void listen();
    void speakOther();

    const PluginHost& m_plugins;
    Language& m_language;
    std::unique_ptr<MainWindow> m_window;
};

} // namespace tritloom
