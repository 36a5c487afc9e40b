#pragma once

#include "core/tensor/tensor.h"
#include "tests/support/program.h"

#include <QFile>
#include <QJsonArray>

/// onnxruntime on the CPU, run by node. Jobs are gathered and run by one process: starting it is what takes
/// time.
class OnnxRuntime {
public:
    enum class Level { Disabled, All };
    struct Input {
        std::string name;
        tritloom::Tensor values; ///< f32
        bool isWhole = false; ///< given as int64
    };

    /// "" when it is there, else a sentence that says why not.
    static QString install()
    {
        const Finished installed =
            run("bash", {TRITLOOM_SOURCE_DIR "/tests/interop/install_onnxruntime.sh", folder()});
        qputenv("TRITLOOM_ONNXRUNTIME", folder().toUtf8());
        return installed.exitCode == 0 ? QString() : "onnxruntime cannot be had here: " + reasonOf(installed);
    }

    /// Gives the number of the job. config: entries of the session, "session.qdq_matmulnbits_accuracy_level".
    int
    add(const std::filesystem::path& model, const std::vector<Input>& inputs, Level level,
        const QJsonObject& config = {})
    {
        QJsonArray list;
        for (const Input& input : inputs) {
            const QString path =
                m_folder.filePath(QString("input-%1-%2").arg(m_jobs.size()).arg(list.size()));
            QFile file(path);
            const std::vector<float> values = input.values.toFloats();
            if (!file.open(QIODevice::WriteOnly)
                || file.write(reinterpret_cast<const char*>(values.data()), qint64(values.size() * 4)) < 0)
                qFatal("%s cannot be written", qPrintable(path));
            QJsonArray dims;
            for (const std::size_t size : input.values.type().shape)
                dims.append(qint64(size));
            list.append(QJsonObject{
                {"name", QString::fromStdString(input.name)},
                {"type", input.isWhole ? "int64" : "float32"},
                {"dims", dims},
                {"file", path}});
        }
        QJsonObject job{
            {"model", QString::fromStdString(model.string())},
            {"inputs", list},
            {"level", level == Level::All ? "all" : "disabled"},
            {"output", outputPath(int(m_jobs.size()))}};
        if (!config.isEmpty())
            job["config"] = config;
        m_jobs.append(job);
        return int(m_jobs.size()) - 1;
    }

    /// Runs everything that was added.
    void runAll()
    {
        const QString path = m_folder.filePath("jobs.json");
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)
            || file.write(QJsonDocument(QJsonObject{{"jobs", m_jobs}}).toJson()) < 0)
            qFatal("%s cannot be written", qPrintable(path));
        file.close();
        const Finished judged = run("node", {TRITLOOM_SOURCE_DIR "/tests/interop/onnx_judge.mjs", path});
        if (judged.exitCode != 0)
            qFatal("onnxruntime: %s", judged.err.constData());
        m_results = judged.json()["results"].toArray();
    }

    /// The first output of a job, of a detector scores and boxes side by side. Errors: what onnxruntime said.
    [[nodiscard]] tritloom::Result<tritloom::Tensor> output(int job) const
    {
        const QJsonObject result = m_results[job].toObject();
        if (result.contains("error"))
            return tritloom::fail(
                tritloom::ErrorCode::Unsupported, "onnxruntime: {}",
                result["error"].toString().toStdString());
        tritloom::Shape shape;
        for (const auto& size : result["dims"].toArray())
            shape.push_back(std::size_t(size.toInteger()));
        QFile file(outputPath(job));
        if (!file.open(QIODevice::ReadOnly))
            return tritloom::fail(tritloom::ErrorCode::Io, "no output of job {}", job);
        const QByteArray bytes = file.readAll();
        std::vector<float> values(std::size_t(bytes.size()) / 4);
        std::memcpy(values.data(), bytes.constData(), values.size() * 4);
        return tritloom::Tensor::adoptFloats(shape, std::move(values));
    }

private:
    static QString folder() { return TRITLOOM_BINARY_DIR "/interop-onnxruntime"; }
    QString outputPath(int job) const { return m_folder.filePath(QString("output-%1").arg(job)); }

    QTemporaryDir m_folder;
    QJsonArray m_jobs, m_results;
};

/// The largest difference, as a share of the largest magnitude of `expected`; infinite where shapes differ.
inline double relativeDifference(const tritloom::Tensor& actual, const tritloom::Tensor& expected)
{
    const std::vector<float> a = actual.toFloats(), e = expected.toFloats();
    if (a.size() != e.size())
        return std::numeric_limits<double>::infinity();
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < e.size(); ++i) {
        largest = std::max(largest, std::abs(double(e[i])));
        difference = std::max(difference, std::abs(double(a[i]) - double(e[i])));
        if (!std::isfinite(a[i]) || !std::isfinite(e[i]))
            return std::numeric_limits<double>::infinity();
    }
    return largest > 0 ? difference / largest : difference;
}

/// Root of the mean squared difference over that of `expected`.
inline double meanDifference(const tritloom::Tensor& actual, const tritloom::Tensor& expected)
{
    const std::vector<float> a = actual.toFloats(), e = expected.toFloats();
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < std::min(a.size(), e.size()); ++i) {
        difference += (double(a[i]) - double(e[i])) * (double(a[i]) - double(e[i]));
        size += double(e[i]) * double(e[i]);
    }
    const double result = std::sqrt(difference / size);
    return a.size() == e.size() && std::isfinite(result) ? result : std::numeric_limits<double>::infinity();
}
