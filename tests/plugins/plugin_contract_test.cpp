#include "core/base/parallel.h"
#include "tests/plugins/all_plugins.h"
#include "tests/support/processor_time.h"
#include "tests/support/sanitized.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <chrono>
#include <cmath>
#include <thread>

using namespace tritloom;
using namespace tritloom::fixture;

/// What every transform, metric, allocator and analysis promises.
class PluginContractTest : public QObject {
    Q_OBJECT

private:
    static void rows()
    {
        QTest::addColumn<QString>("id");
        for (const PluginRow& row : allPlugins)
            QTest::addRow("%s", row.id) << QString(row.id);
    }

private slots:
    void cleanup()
    {
        setThreadCount(0);
        itemCount = 60;
    }

    void resultsDependOnNothingElseAndProgressRises_data() { rows(); }
    void resultsDependOnNothingElseAndProgressRises()
    {
        QFETCH(QString, id);
        const PluginRow& row = pluginRow(id);
        std::vector<Account> results;
        for (const std::size_t threads : {1, 8}) {
            setThreadCount(threads);
            const Given given = givenFor(row.world);
            double last = 0;
            bool rises = true;
            MethodContext context;
            context.progress = [&](double fraction) {
                rises = rises && fraction >= last && fraction <= 1 + 1e-9;
                last = fraction;
            };
            const auto result = row.run(given.probe(), row.little, context);
            QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
            QVERIFY(result->isAllFinite());
            QVERIFY(rises);
            results.push_back(*result);
        }
        QVERIFY(results[0] == results[1]);
    }

    void parameterBoundsHold_data() { rows(); }
    void parameterBoundsHold()
    {
        QFETCH(QString, id);
        const PluginRow& row = pluginRow(id);
        const Given given = givenFor(row.world);
        for (const ParameterSpec& spec : row.parameters()) {
            QVERIFY(spec.lowest <= spec.standard && spec.standard <= spec.highest);
            QVERIFY(!spec.key.empty() && !spec.title.empty());
            for (const double value :
                 {spec.lowest - 1, spec.highest + std::fabs(spec.highest) + 1, std::nan("")}) {
                Parameters parameters = row.little;
                parameters[spec.key] = value;
                const auto result = row.run(given.probe(), parameters, {});
                QVERIFY2(!result.has_value(), spec.key.c_str());
                QCOMPARE(result.error().code, ErrorCode::InvalidInput);
            }
        }
    }

    void stopsSoon_data() { rows(); }
    void stopsSoon()
    {
        QFETCH(QString, id);
        const PluginRow& row = pluginRow(id);
        // 50 ms of work, the best of some trials. What the probe runs ends first.
        const ProcessorTime worked;
        const Given given = givenFor(row.world);
        itemCount = 500; // as many layers as large models have
        constexpr double most = 50 * slowdown;
        double least = 1e9; // ms
        std::chrono::microseconds patience(15000); // what is done sooner is asked sooner
        for (int trial = 0; trial < 9 && least > most; ++trial) {
            std::stop_source source;
            double asked = 0;
            std::jthread asker([&] {
                std::this_thread::sleep_for(patience);
                asked = worked.milliseconds();
                source.request_stop();
            });
            MethodContext context;
            context.stop = source.get_token();
            const auto result = row.run(given.probe(), {}, context);
            const double ended = worked.milliseconds();
            asker.join();
            if (result.has_value()) {
                patience /= 3;
                continue;
            }
            QCOMPARE(result.error().code, ErrorCode::Cancelled);
            least = std::min(least, ended - asked);
            patience += std::chrono::milliseconds(30);
        }
        if (least == 1e9)
            QSKIP("done before it could be asked to stop");
        QVERIFY2(least <= most, qPrintable(QString("%1 ms").arg(least)));
    }

    void strangeLayersGiveNumbersOrAnError_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<float>("value");
        for (const PluginRow& row : allPlugins)
            if (row.world == World::Text || row.world == World::Untied) {
                QTest::addRow("%s zero", row.id) << QString(row.id) << 0.0f;
                QTest::addRow("%s NaN", row.id) << QString(row.id) << std::nanf("");
            }
    }
    void strangeLayersGiveNumbersOrAnError()
    {
        QFETCH(QString, id);
        QFETCH(float, value);
        const PluginRow& row = pluginRow(id);
        std::map<std::string, Tensor> replaced;
        const auto model = sampleModel();
        for (const Layer& layer : model->layers) {
            if (layer.role != "attn_q" && layer.role != "ffn_down")
                continue;
            std::vector<float> weights = materialise(model->tensor(layer.tensor)).value().toFloats();
            if (value == 0)
                std::fill(weights.begin(), weights.end(), 0.0f);
            else
                weights[3] = value;
            replaced[layer.name] = Tensor::adoptFloats({layer.rows, layer.columns}, std::move(weights));
            if (value != 0)
                break; // one is enough
        }
        const Given given = givenFor(row.world, replaced);
        const auto result = row.run(given.probe(), row.little, {});
        if (result.has_value())
            QVERIFY(value != 0 || result->isAllFinite());
        else
            QVERIFY(result.error().code != ErrorCode::Cancelled && !result.error().message.empty());
        if (value == 0)
            QVERIFY2(result.has_value(), result ? "" : result.error().message.c_str());
    }

    void everyPluginIsInTheList()
    {
        QStringList found, listed;
        QDir plugins(TRITLOOM_SOURCE_DIR "/plugins");
        for (const QString& folder : plugins.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            if (folder == "torch")
                continue; // what plugins with gradients share
            QFile file(plugins.filePath(folder + "/plugin.json"));
            QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(folder));
            const QJsonObject about = QJsonDocument::fromJson(file.readAll()).object();
#ifndef TRITLOOM_HAS_TORCH
            if (about["id"] == "bias-tuning" || about["id"] == "block-reconstruction"
                || about["id"] == "scale-distillation" || about["id"] == "top-eigenvalue")
                continue; // not in this build
#endif
            if (about["kind"] != "layer-method")
                found << about["id"].toString();
        }
        for (const PluginRow& row : allPlugins)
            listed << row.id;
        found.sort();
        listed.sort();
        QCOMPARE(listed, found);
    }
};

QTEST_APPLESS_MAIN(PluginContractTest)
#include "plugin_contract_test.moc"
