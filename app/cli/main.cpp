#include "app/cli/command.h"
#include "app/session/near_word.h"
#include "core/base/part_file.h"
#include "core/base/utf8.h"

#include <QCoreApplication>
#include <QLoggingCategory>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <new>
#include <poll.h>
#include <pthread.h>
#include <span>
#include <thread>
#include <unistd.h>

using namespace tritloom::cli;

namespace {

volatile std::sig_atomic_t nobodyReads = 0;

/// Who reads the output is gone: as Ctrl+C once, so that what is being written is not left half done. Who read
/// only what is said beside it is not missed.
void stopForPipe(int)
{
    pollfd output{STDOUT_FILENO, 0, 0};
    if (::poll(&output, 1, 0) != 1 || (output.revents & POLLERR) == 0)
        return;
    std::signal(SIGPIPE, SIG_IGN);
    nobodyReads = 1;
    ::kill(::getpid(), SIGTERM);
}

/// A stream that was closed is one that takes and gives nothing: a file that is opened would get its number.
void holdStandardStreams()
{
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF)
            (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY); // the lowest number is free
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
    holdStandardStreams();
    std::stop_source stop;
    watchSignals(stop);
    std::signal(SIGPIPE, stopForPipe);
    std::signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is an error to report, not an end
    QCoreApplication application(argc, argv);
    // As the window has them: both keep what they measure of a model in one place.
    QCoreApplication::setApplicationName("tritloom");
    QCoreApplication::setOrganizationName("tritloom");
    QCoreApplication::setApplicationVersion(TRITLOOM_VERSION);
    for (const char* const argument : std::span(argv, std::size_t(argc)))
        if (!tritloom::isUtf8(argument)) {
            std::fprintf(
                stderr, "'%s': this is no UTF-8; a file of such a name is to be renamed\n",
                tritloom::printable(argument).c_str());
            return WrongUse;
        }
    // A picture that cannot be read is told in one sentence of our own.
    QLoggingCategory::setFilterRules(QStringLiteral("qt.gui.imageio*=false"));
    QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() > 2 && (arguments[1] == "help" || arguments[1] == "--help"))
        arguments = {arguments[0], arguments[2], "--help"};
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
        } catch (const std::filesystem::filesystem_error& error) { // such as a current folder that is gone
            std::fprintf(
                stderr, "%s: %s\n", tritloom::printable(error.path1().string()).c_str(),
                error.code().message().c_str());
        }
        if (const bool isOut = std::fflush(stdout) == 0; !isOut || std::ferror(stdout) != 0) {
            const char* const why = !isOut && errno == EBADF ? "standard output is closed"
                : !isOut && errno != ENOSPC                  ? std::strerror(errno)
                                                             : "the disk is full";
            if (nobodyReads == 0) // of '| head' it is not worth a word
                std::fprintf(stderr, "what was to be printed could not be written: %s\n", why);
            return code == Done ? int(Failed) : code;
        }
        return code;
    }
    std::vector<std::string> known;
    for (const Command& command : commands())
        known.emplace_back(command.name);
    const std::string meant =
        tritloom::didYouMean(arguments[1].toStdString(), known, "; see tritloom-cli --help");
    std::fprintf(stderr, "no command is called '%s'%s\n", qPrintable(arguments[1]), meant.c_str());
    return WrongUse;
}
