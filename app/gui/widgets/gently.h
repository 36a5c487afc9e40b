#pragma once

#include <QTimer>

#include <functional>

namespace tritloom {

/// What calls `refresh`: at once, but while `inHand` at most thirty times a second, so that labels which
/// nobody can read faster take no part of the frames of a drag. Lives as long as `owner`, on its thread.
[[nodiscard]] inline std::function<void()>
gently(QObject* owner, std::function<bool()> inHand, std::function<void()> refresh)
{
    auto* const timer = new QTimer(owner);
    timer->setSingleShot(true);
    timer->setInterval(33);
    QObject::connect(timer, &QTimer::timeout, owner, refresh);
    return [timer, inHand = std::move(inHand), refresh = std::move(refresh)] {
        if (inHand()) {
            if (!timer->isActive())
                timer->start();
            return;
        }
        timer->stop();
        refresh();
    };
}

} // namespace tritloom
