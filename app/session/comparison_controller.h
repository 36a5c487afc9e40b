#pragma once

#include "app/session/comparison.h"
#include "app/session/comparison_request.h"
#include "app/session/job.h"
#include "core/store/project_store.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// Runs a comparison on a thread of its own and shows rows as they come. What was asked last is kept in the
/// project, whose rows are there again when it is opened. GUI thread only.
class ComparisonController final : public QObject {
    Q_OBJECT

public:
    ComparisonController(std::shared_ptr<Engine> engine, ProjectStore* store, QObject* parent = nullptr);
    ~ComparisonController() override;

    [[nodiscard]] const std::vector<ComparisonRow>& rows() const { return m_rows; }
    /// What rows tell: of text, or of what the network does with pictures.
    [[nodiscard]] const ComparisonKind& kind() const;
    /// The original and pairs that fit; rows that were there before keep their numbers while the data are the
    /// same. Starts. Errors: see comparisonRows(), budgetRows(), makeComparisonMeter().
    [[nodiscard]] Result<void> start(const ComparisonRequest& request);
    /// What was last asked of this project, in this run or an earlier one; nothing: never, or of methods that
    /// are gone.
    [[nodiscard]] std::optional<ComparisonRequest> kept() const;
    void recall(); ///< fetches what earlier runs have measured of it, in the background
    void cancel();
    void forget(); ///< rows say nothing of other data; what is known of these is recalled
    [[nodiscard]] bool isRunning() const { return m_job.isRunning(); }
    [[nodiscard]] Job& job() { return m_job; } ///< how far it is, asked by whoever draws it

signals:
    void rowsChanged(); ///< others
    void rowMeasured(int index);
    void runningChanged();
    void failed(const QString& why);

private:
    /// Nothing measured yet, the original first.
    [[nodiscard]] Result<std::vector<ComparisonRow>> rowsOf(const ComparisonRequest& request) const;

    std::shared_ptr<Engine> m_engine;
    ProjectStore* m_store;
    std::vector<ComparisonRow> m_rows;
    quint64 m_generation = 0; ///< rows of one that was stopped may still be on their way
    std::shared_ptr<ComparisonMeter> m_meter; ///< the worker's; replaced while it rests
    std::shared_ptr<PictureEngine> m_pictures; ///< what the meter is of; null: text
    Job m_recall; ///< by a meter of its own
    Job m_job; // last: joined before what it uses goes away
};

} // namespace tritloom
