#pragma once

#include <QCoreApplication>
#include <QString>

#include <string>

namespace tritloom {

/// What a plugin says of itself, in the language of the window where that is known: titles of plugins and of
/// their parameters, units. A plugin itself knows one language.
[[nodiscard]] inline QString pluginWords(const QString& text)
{
    return text.isEmpty() ? text : QCoreApplication::translate("Plugins", text.toUtf8().constData());
}
[[nodiscard]] inline QString pluginWords(const std::string& text)
{
    return text.empty() ? QString() : QCoreApplication::translate("Plugins", text.c_str());
}

} // namespace tritloom
