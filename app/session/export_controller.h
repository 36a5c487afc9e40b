#pragma once

#include "app/session/engine.h"
#include "core/export/export_target.h"

#include <QElapsedTimer>
#include <QObject>

#include <atomic>
#include <memory>
#include <stop_token>
#include <thread>

namespace tritloom {

/// What an export did, for people: rules checked, file written, read-back.
struct ExportReport {
    std::filesystem::path path;
    std::string_view target; ///< id of exportTargets()
    std::uint64_t bytes = 0;
    std::uint64_t predictedBytes = 0; ///< of all tensors as chosen, as the window shows them before
    std::uint64_t weightBytes =
        0; ///< of all tensors as they lie in the file; the rest is what it carries beside
    std::size_t tensors = 0;
    std::vector<std::string> checks; ///< one sentence each, all passed
    std::vector<std::string> remarks; ///< what the file does not hold, what is wrong with its weights
    std::string hash; ///< XXH3 of names and tensor data as read back, hexadecimal
    std::chrono::milliseconds elapsed{};
};

/// Writes a file or folder in the background, of the kind that its name ends in. One at a time. GUI thread
/// only.
class ExportController final : public QObject {
    Q_OBJECT

public:
    explicit ExportController(std::shared_ptr<Engine> engine, QObject* parent = nullptr);
    ~ExportController() override;

    /// Sentences that say which rules the allocation breaks for the kind of file that `path` names; empty: it
    /// can be written. target: a row of exportTargets(); empty: told by the name.
    [[nodiscard]] std::vector<std::string> problems(
        const Allocation& allocation, const std::filesystem::path& path, std::string_view target = {}) const;
    /// What a file of that kind will hold otherwise than the window shows it, with sizes; empty: nothing.
    [[nodiscard]] std::vector<std::string> remarks(
        const Allocation& allocation, const std::filesystem::path& path, std::string_view target = {}) const;
    void start(const Allocation& allocation, const std::filesystem::path& path, std::string_view target = {});
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }
    [[nodiscard]] double fraction() const { return m_fraction; }
    [[nodiscard]] std::chrono::milliseconds timeLeft() const; ///< see timeLeft()

signals:
    void finished(const tritloom::ExportReport& report);
    void failed(const QString& why);
    void cancelled(); ///< before anything was written
    void runningChanged();

private:
    std::shared_ptr<Engine> m_engine;
    std::atomic<double> m_fraction = 0; ///< polled by the status bar
    bool m_running = false;
    QElapsedTimer m_time;
    std::jthread m_worker; // last: joined before what it uses goes away
};

/// As ExportController::remarks(), for any model.
[[nodiscard]] std::vector<std::string>
exportRemarks(const Model& model, const Allocation& allocation, const ExportTarget& target);

/// The same on the calling thread: what window and command line share. targetId: a row of exportTargets();
/// empty: told by the name, GGUF where it says nothing else. Errors: NotFound (the target), those of the
/// target.
[[nodiscard]] Result<ExportReport> exportAllocation(
    Engine& engine, const Allocation& allocation, const std::filesystem::path& path, std::stop_token stop,
    const std::function<void(double)>& progress, std::string_view targetId = {});
/// Whether the written file is run beside its recipe (see checkWritten()).
enum class Evaluate { No, Yes };
/// Whether weights are what the model's file holds, or what a transform made of them.
enum class Weights { Stored, Rewritten };
/// For any model. target: an id of exportTargets(); empty: told by the ending of the path, else GGUF.
/// Errors: NotFound (no such target), those of the target, InvalidInput (the file does not act as its
/// recipe). Stopped while it evaluates, it has written the file, and says so in the checks.
[[nodiscard]] Result<ExportReport> exportAllocation(
    const Model& model, Compressor& compressor, const Allocation& allocation,
    const std::filesystem::path& path, std::stop_token stop, const std::function<void(double)>& progress,
    std::string_view targetId = {}, Evaluate evaluate = Evaluate::Yes, Weights weights = Weights::Rewritten);

} // namespace tritloom
