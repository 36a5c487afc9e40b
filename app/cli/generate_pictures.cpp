#include "app/cli/picture_commands.h"

#include "core/architecture/network_cost.h"
#include "core/task/prompt.h"

#include <QDir>
#include <QJsonArray>

#include <chrono>
#include <filesystem>
#include <set>

namespace tritloom::cli {
namespace {

/// How much all pictures take, how far it is, and, where it is long, how long that will be on this machine.
class Work {
public:
    Work(const Model& model, const TaskOptions& task, std::size_t pictures)
        : m_begin(std::chrono::steady_clock::now())
    {
        const auto graph = graphFor(model, nominalPicture(*model.picture));
        auto costs = graph ? networkCosts(model, *graph) : Result<std::vector<NetworkCost>>();
        if (!graph || !costs)
            return; // whoever runs it says why
        m_costs = std::move(*costs);
        const std::size_t texts =
            model.picture->promptTokens == 0 || task.guidance == 0 || task.guidance == 1 ? 1 : 2;
        std::uint64_t weights = 0, live = 0;
        for (std::size_t i = 0; i < m_costs.size(); ++i) {
            const bool isStep = m_costs.size() == 1 || i == pipelineNoise;
            const std::size_t runs = isStep ? task.steps * texts : i == pipelineText ? texts : 1;
            m_total += double(runs * pictures) * m_costs[i].multiplyAdds;
            weights += m_costs[i].weightBytes;
            live = std::max(live, m_costs[i].liveBytes);
        }
        if (m_total >= large)
            std::fprintf(
                stderr,
                "%.3g T multiply-adds; at least %s of memory beside the mapped file: %s for weights as "
                "32-bit "
                "floats, %s for values\n",
                m_total / 1e12, qPrintable(formatBytes(weights + live)), qPrintable(formatBytes(weights)),
                qPrintable(formatBytes(live)));
    }

    /// One more run of a part is done. The share of all.
    double done(std::size_t part)
    {
        if (m_total <= 0)
            return 0;
        m_done += m_costs[part].multiplyAdds;
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - m_begin;
        const double share = std::min(m_done / m_total, 1.0);
        const bool isStep = m_costs.size() == 1 || part == pipelineNoise;
        if (isStep && ++m_steps == 2 && m_total >= large) // the first also reads the weights
            std::fprintf(
                stderr, "about %.0f seconds more, as the first runs went (%.3g G multiply-adds a second)\n",
                passed.count() * (1 - share) / share, m_done / 1e9 / passed.count());
        return share;
    }

private:
    static constexpr double large = 1e11; ///< multiply-adds that take seconds
    std::chrono::steady_clock::time_point m_begin;
    std::vector<NetworkCost> m_costs;
    double m_total = 0, m_done = 0;
    std::size_t m_steps = 0;
};

/// What goes into a network that makes pictures of pictures, and what it makes: files "a-input.png" and
/// "a-output.png", or "a-original.png" and "a-compressed.png" where a recipe compresses it.
Result<void> makeOfPictures(
    Context& context, PictureSession& session, const PictureModel& picture, const Allocation& allocation,
    const QDir& folder, QJsonArray& files)
{
    const bool isCompressed = context.parser.isSet("recipe");
    const auto& samples = session.samples();
    std::set<QString> taken;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        QString stem =
            QString::fromStdString(std::filesystem::path(samples[i].name).replace_extension().string())
                .replace(u'/', u'-');
        if (!taken.insert(stem).second)
            stem += QString("-%1").arg(i);
        const auto write = [&](const Picture& made, const char* what) -> Result<void> {
            const QString path = folder.filePath(QString("%1-%2.png").arg(stem, what));
            TRY_VOID(writePicture(made, path.toStdString()));
            files.append(path);
            return {};
        };
        const auto shown = [&](const Allocation& of) -> Result<Picture> {
            const TaskOutput output = TRY(session.output(i, of, NetworkPass::Keep::Nothing, context.stop));
            return taskRow(picture.task).shown(picture, samples[i], output);
        };
        TRY_VOID(write(samples[i].given, "input"));
        if (isCompressed)
            TRY_VOID(write(TRY(shown(session.pass().model().original())), "original"));
        TRY_VOID(write(TRY(shown(allocation)), isCompressed ? "compressed" : "output"));
        context.progress("generate", double(i + 1) / double(samples.size()));
    }
    return {};
}

} // namespace

int generatePictures(Context& context, std::shared_ptr<const Model> model)
{
    if (!context.parser.isSet("output")) {
        std::fputs("-o FOLDER is needed\n", stderr);
        return WrongUse;
    }
    QJsonArray files;
    const auto run = [&]() -> Result<void> {
        if (model->picture && model->picture->task == PictureTask::Classification)
            return fail(
                ErrorCode::Unsupported, "the network is for {}, it makes no pictures",
                nameOf(model->picture->task));
        const auto engine = TRY(openPictureEngine(context, std::move(model)));
        const Allocation allocation = TRY(askedAllocation(context, *engine->model()));
        const QDir folder(context.parser.value("output"));
        if (!folder.mkpath("."))
            return fail(ErrorCode::Io, "{}: the folder cannot be made", folder.path().toStdString());
        const auto session = TRY(engine->makeSession());
        const PictureModel& picture = *engine->model()->picture;
        const auto& samples = session->samples();
        tell(engine->pictures().notices);
        TRY_VOID(checkMethods(context, *engine->compressor(), methodsOf(allocation)));
        if (picture.task != PictureTask::Generation)
            return makeOfPictures(context, *session, picture, allocation, folder, files);
        Work work(*engine->model(), engine->options().task, samples.size());
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const TaskOutput output = TRY(generatePicture(
                session->pass(), samples[i].seed, session->options(), allocation, NetworkPass::Keep::Nothing,
                context.stop,
                [&](const NetworkRun& made) { context.progress("generate", work.done(made.part)); }));
            const QString path = folder.filePath(QString("%1.png").arg(samples[i].seed, 6, 10, QChar('0')));
            TRY_VOID(writePicture(taskRow(picture.task).shown(picture, {}, output), path.toStdString()));
            files.append(path);
        }
        return {};
    };
    if (const auto done = run(); !done)
        return context.fail(done.error());
    if (context.json())
        context.print({{"files", files}, {"samples", files.size()}});
    else
        for (const QJsonValue& file : files)
            std::printf("%s\n", qPrintable(file.toString()));
    return Done;
}

} // namespace tritloom::cli
