#include "app/cli/picture_commands.h"

#include "app/session/recipe.h"

#include <QJsonArray>

#include <algorithm>

namespace tritloom::cli {
namespace {

void printEvaluation(const PictureEngine& engine, const PictureEvaluation& evaluation)
{
    const auto line = [](const char* what, const std::optional<Measured>& value, const char* unit) {
        if (value)
            std::printf("%-28s %.6g ± %.2g%s\n", what, value->value, value->standardError, unit);
    };
    line("top-1", evaluation.top1, "");
    line("top-5", evaluation.top5, "");
    line("reference top-1", evaluation.referenceTop1, "");
    line("same most likely class", evaluation.agreement, "");
    line("PSNR", evaluation.psnr, " dB");
    line("SSIM", evaluation.ssim, "");
    line("reference PSNR", evaluation.referencePsnr, " dB");
    line("reference SSIM", evaluation.referenceSsim, "");
    line("PSNR to the reference", evaluation.fidelity, " dB");
    line("divergence", evaluation.divergence, "");
    std::printf(
        "%-28s %zu in %.2f s\n", "pictures", evaluation.samplesDone,
        double(evaluation.elapsed.count()) / 1000);
    for (const std::string& notice : engine.pictures().notices)
        std::printf("note: %s\n", notice.c_str());
}

QString headline(const PictureEvaluation& so)
{
    if (so.top1)
        return QString("top-1 %1 %,").arg(100 * so.top1->value, 0, 'f', 2);
    if (so.psnr)
        return QString("PSNR %1 dB,").arg(so.psnr->value, 0, 'f', 2);
    return QString("divergence %1,").arg(so.divergence.value, 0, 'g', 3);
}

} // namespace

int evaluatePictures(Context& context, std::shared_ptr<const Model> model)
{
    std::shared_ptr<PictureEngine> engine;
    const auto run = [&]() -> Result<PictureEvaluation> {
        engine = TRY(openPictureEngine(context, std::move(model)));
        Allocation allocation = engine->model()->original();
        if (context.parser.isSet("recipe"))
            allocation = TRY(readRecipe(*engine->model(), context.parser.value("recipe").toStdString()));
        std::shared_ptr<const Model> reference;
        if (context.parser.isSet("reference"))
            reference = TRY(loadModel(context.parser.value("reference").toStdString()));
        const auto session = TRY(engine->makeSession(std::move(reference)));
        return session->evaluate(
            allocation, context.stop,
            [&](const PictureEvaluation& so, std::size_t, const PictureScores&) {
                context.progress(headline(so), double(so.samplesDone) / double(so.samplesTotal));
            },
            NetworkPass::Keep::Nothing);
    };
    const auto evaluation = run();
    if (!evaluation)
        return context.fail(evaluation.error());
    if (context.json())
        context.print(evaluationJson(*engine, *evaluation));
    else
        printEvaluation(*engine, *evaluation);
    return Done;
}

int comparePictures(Context& context, std::shared_ptr<const Model> model)
{
    QJsonArray list;
    std::vector<QStringList> rows;
    QStringList header{"format", "method", "size", "bits", "divergence"};
    const auto run = [&]() -> Result<void> {
        const auto engine = TRY(openPictureEngine(context, std::move(model)));
        const Model& network = *engine->model();
        const MethodLookup& lookup = engine->compressor()->methods();
        const auto session = TRY(engine->makeSession());
        const QStringList formats = context.parser.value("formats").split(',', Qt::SkipEmptyParts),
                          methods = context.parser.value("methods").split(',', Qt::SkipEmptyParts);
        int done = 0;
        for (const QString& format : formats) {
            for (const QString& method : methods) {
                const PluginChoice choice = TRY(parsePluginChoice(method));
                const Candidate candidate{format.trimmed().toStdString(), choice.id, choice.parameters};
                if (context.plugins().find(candidate.method) == nullptr)
                    return fail(ErrorCode::NotFound, "no method is called '{}'", candidate.method);
                const Allocation allocation = uniform(network, candidate);
                const auto evaluation =
                    session->evaluate(allocation, context.stop, {}, NetworkPass::Keep::Nothing);
                if (!evaluation && evaluation.error().code == ErrorCode::Cancelled)
                    return tl::make_unexpected(evaluation.error());
                context.progress("compare", double(++done) / double(formats.size() * methods.size()));
                QJsonObject row{
                    {"format", format},
                    {"method", method},
                    {"bytes", qint64(bytesOf(network, allocation, lookup))},
                    {"bitsPerWeight", bitsPerWeight(network, allocation, lookup)}};
                QStringList cells{
                    format, method, formatBytes(bytesOf(network, allocation, lookup)),
                    QString::number(bitsPerWeight(network, allocation, lookup), 'f', 3)};
                if (evaluation) {
                    const QJsonObject numbers = evaluationJson(*engine, *evaluation);
                    for (auto number = numbers.begin(); number != numbers.end(); ++number)
                        row[number.key()] = number.value();
                    cells << QString::number(evaluation->divergence.value, 'g', 4);
                    const auto column = [&](const char* title, const std::optional<Measured>& value,
                                            double times, int digits) {
                        if (!value)
                            return;
                        if (!header.contains(title))
                            header << title;
                        cells << QString::number(times * value->value, 'f', digits);
                    };
                    column("top-1 %", evaluation->top1, 100, 2);
                    column("top-5 %", evaluation->top5, 100, 2);
                    column("same class %", evaluation->agreement, 100, 2);
                    column("PSNR", evaluation->psnr, 1, 3);
                    column("SSIM", evaluation->ssim, 1, 5);
                    column("PSNR to reference", evaluation->fidelity, 1, 2);
                } else {
                    row["failure"] = QString::fromStdString(evaluation.error().message);
                    cells << QString::fromStdString(evaluation.error().message);
                }
                list.append(row);
                rows.push_back(cells);
            }
        }
        return {};
    };
    if (const auto done = run(); !done)
        return context.fail(done.error());
    for (QStringList& row : rows)
        while (row.size() < header.size())
            row << "";
    if (context.json())
        context.print({{"rows", list}});
    else
        printTable(header, rows);
    const bool any = std::ranges::any_of(list, [](const QJsonValue& row) { return !row["failure"].isString(); });
    return any ? Done : Failed;
}

} // namespace tritloom::cli
