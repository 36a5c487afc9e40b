#include "app/session/running_work.h"

#include "app/session/job.h"

#include <algorithm>
#include <iterator>

namespace tritloom {

RunningWork& RunningWork::of(QObject& workspace)
{
    if (auto* const known = workspace.findChild<RunningWork*>(QString(), Qt::FindDirectChildrenOnly))
        return *known;
    auto* const made = new RunningWork;
    made->setParent(&workspace);
    return *made;
}

void RunningWork::add(Work work)
{
    connect(work.owner, &QObject::destroyed, this, &RunningWork::changed);
    m_works.push_back(std::move(work));
}

void RunningWork::add(Job& job, const QString& title, QObject& owner, std::function<void()> cancel)
{
    connect(&job, &Job::runningChanged, this, &RunningWork::changed);
    add(
        {&owner, title, [&job] { return job.isRunning(); }, std::move(cancel),
         [&job] { return job.fraction(); }, [&job] { return job.timeLeft(); }});
}

std::vector<RunningWork::Work> RunningWork::running() const
{
    std::vector<Work> found;
    std::ranges::copy_if(m_works, std::back_inserter(found), [](const Work& work) {
        return work.owner != nullptr && work.isRunning();
    });
    return found;
}

void RunningWork::cancelAll()
{
    for (const Work& work : running())
        work.cancel();
}

} // namespace tritloom
