#pragma once

#include "app/session/engine.h"
#include "app/session/job.h"

namespace tritloom {

/// The model that the open one was tuned from, for methods that store the difference: reads it on a thread of
/// its own. GUI thread only.
class BaseModelController final : public QObject {
    Q_OBJECT

public:
    explicit BaseModelController(std::shared_ptr<Engine> engine, QObject* parent = nullptr);

    /// changed() or failed() follows. Empty: none.
    void load(const std::filesystem::path& path);
    [[nodiscard]] bool isLoading() const { return m_job.isRunning(); }
    [[nodiscard]] std::filesystem::path path() const; ///< of the one in use; empty: none
    [[nodiscard]] const std::vector<std::string>& remarks() const { return m_remarks; } ///< see baseRemarks()

signals:
    void changed();
    void failed(const QString& why); ///< the one before stays

private:
    std::shared_ptr<Engine> m_engine;
    std::vector<std::string> m_remarks;
    Job m_job; // last: joined before what it uses goes away
};

} // namespace tritloom
