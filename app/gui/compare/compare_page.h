#pragma once

#include "app/gui/compare/compare_chart.h"
#include "app/session/comparison_controller.h"
#include "app/session/workspace.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace tritloom {

class ChoiceButton;
class ElidedLabel;
class ParameterButton;

/// Methods x formats, and methods x budgets, side by side: what to run on the left, results as they come on
/// the right, each row one click away from being the allocation. GUI thread only.
class ComparePage final : public QWidget {
    Q_OBJECT

public:
    explicit ComparePage(Workspace& workspace, QWidget* parent = nullptr);

private:
    void fillLists();
    void choose(const ComparisonRequest& request); ///< in the lists, as it was left
    [[nodiscard]] std::vector<Candidate> chosenMethods() const;
    void showSettings(); ///< of the method that is looked at
    void takeSettings();
    void takeParameters(QListWidgetItem& item, const Parameters& parameters); ///< and checks it
    /// Chooses a format for a method that was checked and writes none of those that are.
    void offerFormat(const QListWidgetItem* item);
    void addVariant(); ///< the same method once more, to be set differently
    void start();
    [[nodiscard]] std::vector<std::string> budgets() const;
    [[nodiscard]] QString whyNoBudget() const; ///< a sentence of the first that is none
    void rebuild();
    void showRow(int index);
    void showColumns(); ///< those that some row has a number for
    void offerNumbers(); ///< what the chart can show
    void showChart();
    void showState();
    [[nodiscard]] const ComparisonRow* selected() const; ///< null: no row is
    void take();
    void save();
    [[nodiscard]] std::vector<int> order() const; ///< row of the table by index of the comparison

    Workspace& m_workspace;
    ComparisonController m_comparison;
    QListWidget *m_methods, *m_formats;
    ParameterButton* m_settings; ///< of the method that is looked at
    QPushButton* m_variant;
    QLineEdit* m_filter;
    QTableWidget* m_table;
    CompareChart* m_chart;
    QComboBox* m_number; ///< what the chart shows beside the size
    QLineEdit* m_budgets;
    QPushButton* m_run;
    ChoiceButton* m_choice;
    QPushButton *m_take, *m_save;
    QProgressBar* m_progress;
    ElidedLabel* m_state;
    QLabel* m_empty;
    QTimer m_tick; ///< progress is asked for, not pushed
};

[[nodiscard]] QWidget* makeComparePage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
