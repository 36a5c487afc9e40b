#pragma once

#include "app/session/benchmark.h"
#include "core/architecture/model.h"
#include "core/base/latest_wins.h"
#include "core/store/project_store.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// Measures speeds on a thread of its own and keeps the rows in the project, as long as it is opened on the
/// same processor. GUI thread only.
class BenchmarkController final : public QObject {
    Q_OBJECT

public:
    enum class What {
        Products, ///< of packed weights, for one column and for 512
        Fitting, ///< f16 weights to packed ones
        Decode, ///< the model as it is stored, one token after the other
        Evaluate, ///< the model as it is stored, whole chunks
    };

    /// store: null to keep nothing; it outlives this.
    BenchmarkController(
        std::shared_ptr<const Model> model, MethodLookup methods, ProjectStore* store,
        QObject* parent = nullptr);
    ~BenchmarkController() override;

    [[nodiscard]] const std::vector<BenchmarkRow>& rows() const { return m_rows; }
    [[nodiscard]] const CpuLimits& limits() const { return m_limits; } ///< 0 before the first run
    /// Empty where it can be run on this model, else why it cannot.
    [[nodiscard]] QString whyNot(What what) const;
    /// Measures one row after the other; a row that there is for the same work gives way. formats: not of the
    /// model's own work.
    void start(What what, std::vector<std::string> formats);
    void cancel();
    void clear();
    [[nodiscard]] bool isRunning() const { return m_running; }

signals:
    void rowsChanged();
    void runningChanged();
    void failed(const QString& why);

private:
    struct Request {
        What what = What::Products;
        std::vector<std::string> formats;
        quint64 generation = 0;
        bool cancelOnly = false;
    };
    Result<void> run(const Request& request, const std::stop_token& stop);
    void add(const BenchmarkRow& row);
    void keep();
    void restore();

    std::shared_ptr<const Model> m_model;
    MethodLookup m_methods;
    ProjectStore* m_store;
    std::vector<BenchmarkRow> m_rows;
    CpuLimits m_limits; ///< of the rows
    CpuLimits m_measured; ///< the worker's: once a session
    quint64 m_generation = 0;
    bool m_running = false;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
