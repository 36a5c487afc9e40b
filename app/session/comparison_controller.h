#pragma once

#include "app/session/comparison.h"
#include "app/session/job.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// Runs a comparison on a thread of its own and shows rows as they come. GUI thread only.
class ComparisonController final : public QObject {
    Q_OBJECT

public:
    ComparisonController(std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent = nullptr);
    ~ComparisonController() override;

    [[nodiscard]] const std::vector<ComparisonRow>& rows() const { return m_rows; }
    /// What rows tell: of text, or of what the network does with pictures.
    [[nodiscard]] const ComparisonKind& kind() const;
    /// The original and pairs that fit; rows that were there before keep their numbers while the data are the
    /// same. Starts. budgets: see budgetRows(). Errors: see comparisonRows(), budgetRows(),
    /// makeComparisonMeter().
    [[nodiscard]] Result<void> start(
        const std::vector<std::string>& formats, const std::vector<Candidate>& methods,
        const std::vector<std::string>& budgets = {});
    void cancel();
    void forget(); ///< rows say nothing of other data
    [[nodiscard]] bool isRunning() const { return m_job.isRunning(); }
    [[nodiscard]] Job& job() { return m_job; } ///< how far it is, asked by whoever draws it

signals:
    void rowsChanged(); ///< others
    void rowMeasured(int index);
    void runningChanged();
    void failed(const QString& why);

private:
    std::shared_ptr<Engine> m_engine;
    ResultStore* m_store;
    std::vector<ComparisonRow> m_rows;
    quint64 m_generation = 0; ///< rows of one that was stopped may still be on their way
    std::shared_ptr<ComparisonMeter> m_meter; ///< the worker's; replaced while it rests
    std::shared_ptr<PictureEngine> m_pictures; ///< what the meter is of; null: text
    Job m_job; // last: joined before what it uses goes away
};

} // namespace tritloom
