#pragma once

#include <QApplication>
#include <QString>
#include <QTimer>

#include <algorithm>
#include <time.h>
#include <vector>

namespace tritloom {

/// What the calling thread itself has computed so far, in milliseconds: true on a busy machine as well.
inline double ownMilliseconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

/// An application that notes what the window computes for every event, and between two beats of a timer,
/// which counts floods of small events too.
class WatchedApplication final : public QApplication {
public:
    using QApplication::QApplication;

    struct Stretch {
        double milliseconds = 0;
        QString what; ///< "tritloom::LoomPage, event 43"
    };

    bool notify(QObject* receiver, QEvent* event) override
    {
        if (m_depth > 0 || !m_watching)
            return QApplication::notify(receiver, event);
        const char* const name = receiver->metaObject()->className(); // it may be gone afterwards
        const int type = int(event->type());
        const double before = ownMilliseconds();
        ++m_depth;
        const bool accepted = QApplication::notify(receiver, event);
        --m_depth;
        note(m_events, ownMilliseconds() - before, name, type);
        return accepted;
    }

    void watch()
    {
        m_events.clear();
        m_longestBeat = 0;
        m_beat.setTimerType(Qt::PreciseTimer);
        m_before = ownMilliseconds();
        if (!m_connected)
            connect(&m_beat, &QTimer::timeout, this, [this] {
                const double now = ownMilliseconds();
                m_longestBeat = std::max(m_longestBeat, now - m_before);
                m_before = now;
            });
        m_connected = true;
        m_beat.start(5);
        m_watching = true;
    }
    void stop()
    {
        m_watching = false;
        m_beat.stop();
    }

    [[nodiscard]] double longestBetweenBeats() const { return m_longestBeat; }
    [[nodiscard]] double longestEvent() const { return m_events.empty() ? 0 : m_events.front().milliseconds; }
    /// The five longest events, longest first.
    [[nodiscard]] QString report() const
    {
        QStringList lines;
        for (const Stretch& event : m_events)
            lines << QStringLiteral("%1 ms %2").arg(event.milliseconds, 0, 'f', 1).arg(event.what);
        return lines.join(QStringLiteral("; "));
    }

private:
    static void note(std::vector<Stretch>& list, double milliseconds, const char* name, int type)
    {
        if (list.size() == 5 && milliseconds <= list.back().milliseconds)
            return;
        list.push_back({milliseconds, QStringLiteral("%1, event %2").arg(QLatin1String(name)).arg(type)});
        std::sort(list.begin(), list.end(), [](const Stretch& a, const Stretch& b) {
            return a.milliseconds > b.milliseconds;
        });
        list.resize(std::min<std::size_t>(list.size(), 5));
    }

    int m_depth = 0;
    bool m_watching = false, m_connected = false;
    double m_before = 0, m_longestBeat = 0;
    std::vector<Stretch> m_events;
    QTimer m_beat;
};

} // namespace tritloom
