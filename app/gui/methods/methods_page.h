#pragma once

#include "app/gui/methods/method_facts.h"
#include "app/session/workspace.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QTextBrowser;
class QUrl;

namespace tritloom {

/// The method browser: every plugin as a card, filters, what each covers of its paper, and the words of the
/// field. GUI thread only.
class MethodsPage final : public QWidget {
    Q_OBJECT

public:
    explicit MethodsPage(Workspace& workspace, QWidget* parent = nullptr);

signals:
    void useAsked(tritloom::PluginKind kind, const QString& id);

private:
    void fill();
    void filter();
    void showCard();
    void showGlossary(const QString& term);
    void follow(const QUrl& link);
    void use();
    [[nodiscard]] bool passes(const MethodFacts& facts) const;
    [[nodiscard]] const MethodFacts* current() const; ///< null: no card is chosen
    [[nodiscard]] QString cardHtml(const MethodFacts& facts) const;
    [[nodiscard]] QString formatsText(const MethodFacts& facts) const; ///< which it writes and is begun with

    Workspace& m_workspace;
    std::vector<MethodFacts> m_facts;
    QLineEdit* m_search;
    std::vector<QPushButton*> m_kinds; ///< by PluginKind; none pressed: all
    QPushButton *m_noData, *m_glossary, *m_use;
    QComboBox *m_family, *m_bits;
    QLabel* m_count;
    QListWidget* m_list;
    QTextBrowser* m_detail;
};

[[nodiscard]] QWidget* makeMethodsPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
