#pragma once

#include "app/session/plugin_choice.h"
#include "app/session/plugin_host.h"

#include <QWidget>

#include <functional>
#include <map>

class QLabel;
class QListWidget;
class QScrollArea;

namespace tritloom {

class ParameterForm;

/// The plugins of one kind: a list of their titles, what the chosen one says of itself, and its form. Values
/// that were set stay while others are looked at. GUI thread only.
class PluginChooser final : public QWidget {
    Q_OBJECT

public:
    /// Why a plugin cannot be used here; empty: it can.
    using WhyNot = std::function<QString(const MethodInfo&)>;

    PluginChooser(const PluginHost& plugins, PluginKind kind, QWidget* parent = nullptr);

    /// A first entry that is no plugin, with an empty id.
    void addStandard(const QString& title, const QString& about);
    /// What cannot be used moves down and is grey; it can be looked at and says why.
    void setWhyNot(const WhyNot& whyNot);

    void setChoice(const PluginChoice& choice);
    [[nodiscard]] PluginChoice choice() const;
    [[nodiscard]] QString title() const; ///< of the chosen one
    [[nodiscard]] QString whyNot() const; ///< of the chosen one
    [[nodiscard]] QListWidget& list() { return *m_list; }

signals:
    void changed(); ///< another plugin, or other values
    void activated(); ///< double-clicked, or Return

private:
    void show();
    [[nodiscard]] std::string currentId() const;

    const PluginHost& m_plugins;
    std::vector<MethodInfo> m_infos;
    QString m_standardAbout;
    std::map<std::string, QString> m_whyNot;
    std::map<std::string, Parameters> m_values;
    std::string m_shown; ///< whose form is drawn
    QListWidget* m_list;
    QScrollArea* m_scroll;
    QLabel *m_summary, *m_unusable, *m_about;
    ParameterForm* m_form;
};

} // namespace tritloom
