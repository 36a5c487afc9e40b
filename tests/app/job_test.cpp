#include "app/session/job.h"
#include "app/session/time_left.h"

#include <QSignalSpy>
#include <QtTest>

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

using namespace tritloom;

class JobTest final : public QObject {
    Q_OBJECT

private slots:
    void theWorkGivesWayToWhatSomebodyWaitsFor()
    {
#ifndef __linux__
        QSKIP("threads have priorities of their own on Linux only");
#else
        const int here = getpriority(PRIO_PROCESS, id_t(gettid()));
        if (here >= 10)
            QSKIP("the whole test gives way already");
        Job job;
        int there = here;
        job.start([&there](const MethodContext&) {
            const int priority = getpriority(PRIO_PROCESS, id_t(gettid()));
            return Job::Delivery([&there, priority] { there = priority; });
        });
        QTRY_VERIFY(!job.isRunning());
        QVERIFY2(there > here, qPrintable(QString::number(there)));
        QCOMPARE(getpriority(PRIO_PROCESS, id_t(gettid())), here); // and nobody else does
#endif
    }

    void whatIsLeftFollowsThePace()
    {
        using std::chrono::seconds;
        QCOMPARE(timeLeft(seconds(30), 0.25).count(), 90'000);
        QCOMPARE(timeLeft(seconds(30), 0.75).count(), 10'000);
        QCOMPARE(timeLeft(seconds(30), 0.01).count(), 0); // nobody knows yet
        QCOMPARE(timeLeft(seconds(30), 0).count(), 0);
        QCOMPARE(timeLeft(seconds(30), 1).count(), 0);
    }

    void aNewerPieceOfWorkStopsTheOneBefore()
    {
        Job job;
        QStringList done;
        job.start([&done](const MethodContext& context) {
            while (!context.stop.stop_requested())
                QThread::msleep(1);
            return Job::Delivery([&done] { done << "first"; });
        });
        job.start([&done](const MethodContext& context) {
            context.progress(1);
            return Job::Delivery([&done] { done << "second"; });
        });
        QTRY_VERIFY(!job.isRunning());
        QCOMPARE(done, QStringList{"second"});
        QCOMPARE(job.fraction(), 1.0);
    }
};

QTEST_GUILESS_MAIN(JobTest)
#include "job_test.moc"
