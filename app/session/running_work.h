#pragma once

#include <QObject>
#include <QPointer>
#include <QString>

#include <chrono>
#include <functional>
#include <vector>

namespace tritloom {

class Job;

/// Long work of which the workspace itself knows nothing, as pages do it: so that the status line tells of it
/// and what cancels everything stops it too. One per workspace. GUI thread only.
class RunningWork final : public QObject {
    Q_OBJECT

public:
    struct Work {
        QPointer<QObject> owner; ///< as long as it lives the work can be asked
        QString title; ///< "Comparing": for people, in the language of the window
        std::function<bool()> isRunning;
        std::function<void()> cancel;
        std::function<double()> fraction; ///< 0 to 1; empty: not known
        std::function<std::chrono::milliseconds()> timeLeft; ///< 0: not known; empty: never known
    };

    /// That of the workspace: a child of it, made when it is first asked for.
    [[nodiscard]] static RunningWork& of(QObject& workspace);

    /// The owner calls changed() when the work begins and ends.
    void add(Work work);
    void add(Job& job, const QString& title, QObject& owner, std::function<void()> cancel);
    [[nodiscard]] std::vector<Work> running() const;
    void cancelAll();

signals:
    void changed();

private:
    std::vector<Work> m_works;
};

} // namespace tritloom
