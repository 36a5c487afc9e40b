#include "app/cli/command.h"
#include "core/base/part_file.h"

#include <QCoreApplication>

#include <csignal>
#include <cstdio>
#include <new>
#include <pthread.h>
#include <thread>
#include <unistd.h>

using namespace tritloom::cli;

namespace {

volatile std::sig_atomic_t nobodyReads = 0;

/// Who reads is gone: as Ctrl+C once, so that what is being written is not left half done.
void stopForPipe(int)
{
    std::signal(SIGPIPE, SIG_IGN);
    nobodyReads = 1;
    ::kill(::getpid(), SIGTERM);
}

/// Turns Ctrl+C into a stop request: signals are waited for on a thread, so that stopping may lock.
void watchSignals(std::stop_source stop)
{
    sigset_t waited;
    sigemptyset(&waited);
    sigaddset(&waited, SIGINT);
    sigaddset(&waited, SIGTERM);
    sigaddset(&waited, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &waited, nullptr);
    std::thread([waited, stop]() mutable {
        for (int asked = 0;; ++asked) {
            int received = 0;
            sigwait(&waited, &received);
            if (asked > 0) { // asked twice: now
                tritloom::removeParts();
                std::_Exit(Cancelled);
            }
            stop.request_stop();
        }
    }).detach();
}

} // namespace

int main(int argc, char** argv)
{
    std::stop_source stop;
    watchSignals(stop);
    std::signal(SIGPIPE, stopForPipe);
    std::signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is an error to report, not an end
    QCoreApplication application(argc, argv);
    // As the window has them: both keep what they measure of a model in one place.
    QCoreApplication::setApplicationName("tritloom");
    QCoreApplication::setOrganizationName("tritloom");
    QCoreApplication::setApplicationVersion(TRITLOOM_VERSION);
    QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() < 2 || arguments[1] == "--help" || arguments[1] == "-h" || arguments[1] == "help") {
        printCommands();
        return arguments.size() < 2 ? WrongUse : Done;
    }
    if (arguments[1] == "--version") {
        std::printf("tritloom %s\n", TRITLOOM_VERSION);
        return Done;
    }
    for (const Command& command : commands()) {
        if (arguments[1] != command.name)
            continue;
        arguments.removeAt(1);
        Context context(command.name, command.summary, stop.get_token());
        int code = Failed;
        try {
            code = command.run(context, arguments);
        } catch (const std::bad_alloc&) {
            std::fputs("there is not enough memory for this\n", stderr);
        }
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
            if (nobodyReads == 0) // of '| head' it is not worth a word
                std::fputs("what was to be printed could not be written: the disk is full\n", stderr);
            return code == Done ? int(Failed) : code;
        }
        return code;
    }
    std::fprintf(stderr, "no command is called '%s'; see tritloom-cli --help\n", qPrintable(arguments[1]));
    return WrongUse;
}
