#include "app/cli/model_commands.h"

#include "app/session/benchmark.h"
#include "core/base/parallel.h"

#include <QJsonArray>

namespace tritloom::cli {
namespace {

QString rate(double perSecond)
{
    return QString::number(perSecond / 1e9, 'f', perSecond < 1e10 ? 2 : 1);
}

QString percent(double share)
{
    return QString::number(share * 100, 'f', 0) + " %";
}

QJsonObject jsonOf(const BenchmarkRow& row)
{
    return {
        {"device", QString::fromStdString(row.device)},
        {"format", QString::fromStdString(row.format)},
        {"rows", qint64(row.rows)},
        {"inner", qint64(row.inner)},
        {"columns", qint64(row.columns)},
        {"threads", qint64(row.threads)},
        {"seconds", row.seconds},
        {"spread", row.spread},
        {"wallSeconds", row.wallSeconds},
        {"bytesPerSecond", row.bytesPerSecond},
        {"operationsPerSecond", row.operationsPerSecond},
        {"shareOfBandwidth", row.shareOfBandwidth},
        {"shareOfPeak", row.shareOfPeak}};
}

QStringList cellsOf(const BenchmarkRow& row)
{
    return {
        QString::fromStdString(row.device),
        QString::fromStdString(row.format),
        QString::number(row.rows),
        QString::number(row.inner),
        QString::number(row.columns),
        QString::number(row.seconds * 1e3, 'f', 3),
        "±" + percent(row.spread / 2),
        rate(row.bytesPerSecond),
        percent(row.shareOfBandwidth),
        rate(row.operationsPerSecond),
        percent(row.shareOfPeak)};
}

} // namespace

int bench(Context& context, const QStringList& arguments)
{
    context.parser.addPositionalArgument("WHAT", "kernels: products of packed weights.");
    context.parser.addOption({"threads", "How many threads to use (default: all cores).", "N"});
    context.parser.addOption({"formats", "Formats, separated by commas (default: all).", "ids"});
    context.parser.addOption({"columns", "Columns of the product, separated by commas.", "N", "1,512"});
    context.parser.addOption({"rows", "Rows of the weights.", "N", "14336"});
    context.parser.addOption({"inner", "Columns of the weights.", "N", "4096"});
    context.parser.addOption({"mode", "Activations: exact, 8bit or both.", "mode", "both"});
    context.parser.addOption({"instruction-set", "Instead of the best one, e.g. AVX2.", "name"});
    if (!context.parse(arguments, 1))
        return context.exitCode;
    std::vector<BenchmarkRow> rows;
    CpuLimits limits;
    const auto run = [&]() -> Result<void> {
        const QString what = context.parser.positionalArguments()[0];
        if (what != "kernels")
            return fail(
                ErrorCode::NotFound, "there is no benchmark '{}': kernels is one", what.toStdString());
        setThreadCount(TRY(context.countOption("threads", 0)));
        KernelBenchmark kernels;
        kernels.rows = TRY(context.countOption("rows", kernels.rows));
        kernels.inner = TRY(context.countOption("inner", kernels.inner));
        kernels.instructionSet = context.parser.value("instruction-set").toStdString();
        for (const QString& id : context.parser.value("formats").split(',', Qt::SkipEmptyParts))
            kernels.formats.push_back(id.trimmed().toStdString());
        kernels.columns.clear();
        for (const QString& text : context.parser.value("columns").split(',', Qt::SkipEmptyParts)) {
            const std::size_t count = text.trimmed().toULongLong();
            if (count == 0 || count > 1'000'000)
                return fail(
                    ErrorCode::InvalidInput, "--columns needs numbers from 1 on, not '{}'",
                    text.toStdString());
            kernels.columns.push_back(count);
        }
        const QString mode = context.parser.value("mode");
        if (mode != "exact" && mode != "8bit" && mode != "both")
            return fail(
                ErrorCode::InvalidInput, "--mode is exact, 8bit or both, not '{}'", mode.toStdString());
        if (mode != "both")
            kernels.modes = {mode == "exact" ? CpuActivations::Exact : CpuActivations::EightBit};
        const auto backend =
            TRY(makeCpuBackend(kernels.instructionSet)); // chooses the set that limits are of
        limits = TRY(measureCpuLimits());
        return benchmarkKernels(
            kernels, limits,
            [&](const BenchmarkRow& row) {
                rows.push_back(row);
                context.progress(QString::fromStdString(row.format), 0);
            },
            context.stop);
    };
    const auto done = run();
    if (!done)
        return context.fail(done.error());
    if (context.json()) {
        QJsonArray list;
        for (const BenchmarkRow& row : rows)
            list.append(jsonOf(row));
        context.print(
            {{"readBytesPerSecond", limits.readBytesPerSecond},
             {"floatOperationsPerSecond", limits.floatOperationsPerSecond},
             {"byteOperationsPerSecond", limits.byteOperationsPerSecond},
             {"threads", qint64(threadCount())},
             {"rows", list}});
        return Done;
    }
    std::printf(
        "%zu threads: read %s GB/s, f32 multiply-add %s GFLOP/s, 8-bit dot %s GOP/s\n\n", threadCount(),
        qPrintable(rate(limits.readBytesPerSecond)), qPrintable(rate(limits.floatOperationsPerSecond)),
        qPrintable(rate(limits.byteOperationsPerSecond)));
    std::vector<QStringList> cells;
    for (const BenchmarkRow& row : rows)
        cells.push_back(cellsOf(row));
    printTable(
        {"device", "format", "rows", "inner", "columns", "wall ms", "busy ms", "spread", "GB/s",
         "of bandwidth", "GOP/s", "of peak"},
        cells);
    return Done;
}

} // namespace tritloom::cli
