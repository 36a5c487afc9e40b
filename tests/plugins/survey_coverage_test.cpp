#include "core/format/number_format.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>

using namespace tritloom;

namespace {

struct Concept {
    int row; ///< of the table in methods/quant-survey.md
    const char* name;
    QStringList plugins, formats, tests; ///< ids; names of families; "area/name"
    const char* absent = ""; ///< why there is nothing
};

// The survey's table of concepts, and what the studio has of each.
const QList<Concept> concepts{
    {1,
     "uniform, symmetric and asymmetric",
     {"rtn", "rtn-clip"},
     {"int2g64", "int8g64", "int4g64a", "uint4g64", "sign1g256"},
     {"core/number_format_test", "plugins/rtn_test"}},
    {2,
     "granularity",
     {"channel-ranges", "int-activations", "static-activations"},
     {"int4g16", "int4g256", "int4g4096"},
     {"core/kbit_scaling_test", "plugins/static_activations_test"}},
    {3, "calibration of ranges", {"static-activations"}, {}, {"core/activation_range_test"}},
    {4,
     "static and dynamic activations",
     {"static-activations", "int-activations"},
     {},
     {"plugins/int_activations_test", "plugins/static_activations_test"}},
    {5,
     "powers of two",
     {"denseshift", "shiftquant"},
     {"shift2g64", "bct4g64", "rf8g256"}, // the last is a sum of two
     {"core/table_format_test", "plugins/small_formats_test"}},
    {6,
     "codebooks",
     {"rtn", "k-means", "tensor-quantiles"},
     {"quantile4g64", "nf4g64", "dyn4g64", "book4g64s16"},
     {"core/kbit_scaling_test", "plugins/own_codebook_test"}},
    {7,
     "floating formats",
     {"low-bit-fp", "float-splits"},
     {"fp4e2g64", "fp8e4g64", "fp8e5g64", "mxfp4", "nvfp4"},
     {"core/table_format_test", "plugins/low_bit_fp_test"}},
    {8,
     "multi-bit binary",
     {"abq-llm", "db-llm"},
     {"planes2bg128", "fdbg64"},
     {"core/plane_format_test", "plugins/db_llm_test"}},
    {9,
     "binary and ternary",
     {"bitnet", "ternary", "bitdelta"},
     {"ternaryg64", "tq2_0", "sign1g256"},
     {"plugins/bitnet_test", "plugins/ternary_test"}},
    {10, "vector quantisation", {"quip"}, {"e8pg256", "e8p4g256"}, {"core/e8p_test", "plugins/quip_test"}},
    {11,
     "reconstruction after training",
     {"rtn", "bias-correction", "equalisation", "adaround", "gptq", "awq"},
     {},
     {"plugins/baseline_order_test", "plugins/bias_correction_test", "plugins/adaround_test",
      "plugins/gptq_test"}},
    {12,
     "zero-shot",
     {"equalisation", "hqq"},
     {}, // without data; none is generated
     {"plugins/network_transform_test", "plugins/hqq_test"}},
    {13, "quantization in training", {}, {}, {}, "The studio does not train."},
    {14, "stochastic rounding", {}, {}, {}, "It serves gradients, and the studio does not train."},
    {15,
     "whole-number inference",
     {"integer-functions", "integer-network", "static-activations"},
     {},
     {"compute/ranged_product_test", "plugins/integer_functions_test", "plugins/integer_network_test"}},
    {16,
     "mixed precision",
     {"integer-program", "hawq", "baq", "near-mean", "two-group"},
     {},
     {"plugins/allocator_test", "core/knapsack_test", "plugins/sensitivity_metric_test"}},
    {17,
     "distillation", // of scales and biases alone
     {"scale-distillation", "bias-tuning"},
     {},
     {"plugins/scale_distillation_test", "plugins/bias_tuning_test"}},
    {18, "cost on hardware", {"cost-pareto"}, {}, {"plugins/cost_pareto_test", "core/cost_model_test"}},
    {19, "kernels below 8 bits", {}, {"q4_0", "q2_k", "ternaryg64"}, {"compute/packed_product_test"}},
    {20, "cache of keys and values", {}, {}, {}, "Keys and values are kept as floats."},
    {21,
     "reports",
     {"bit-scaling", "vision-bit-scaling", "cost-pareto"},
     {},
     {"plugins/analysis_test", "app/comparison_test"}},
};

QSet<QString> pluginIds()
{
    QSet<QString> ids;
    const QDir folder(TRITLOOM_SOURCE_DIR "/plugins");
    for (const QString& name : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile file(folder.filePath(name + "/plugin.json"));
        if (file.open(QIODevice::ReadOnly))
            ids << QJsonDocument::fromJson(file.readAll()).object()["id"].toString();
    }
    return ids;
}

bool isRegistered(const QString& test)
{
    const QStringList parts = test.split('/');
    QFile list(TRITLOOM_SOURCE_DIR "/tests/" + parts[0] + "/CMakeLists.txt");
    return list.open(QIODevice::ReadOnly)
        && QString(list.readAll()).contains("tritloom_add_test(" + parts[0] + " " + parts[1])
        && QFile::exists(TRITLOOM_SOURCE_DIR "/tests/" + test + ".cpp");
}

} // namespace

/// Check 6 of methods/quant-survey.md: every concept of the survey is there and tested, or it is said why
/// not.
class SurveyCoverageTest : public QObject {
    Q_OBJECT

private slots:
    void everyConceptHasARow()
    {
        QCOMPARE(concepts.size(), 21);
        for (int i = 0; i < concepts.size(); ++i)
            QCOMPARE(concepts[i].row, i + 1);
    }
    void whatIsThereIsRegisteredAndTested_data()
    {
        QTest::addColumn<int>("row");
        for (const Concept& one : concepts)
            QTest::addRow("%d %s", one.row, one.name) << one.row;
    }
    void whatIsThereIsRegisteredAndTested()
    {
        QFETCH(int, row);
        const Concept& one = concepts[row - 1];
        static const QSet<QString> ids = pluginIds();
        QVERIFY(ids.size() > 50);
        if (qstrlen(one.absent) > 0) {
            QVERIFY(one.plugins.isEmpty() && one.formats.isEmpty() && one.tests.isEmpty());
            qInfo("absent: %s", one.absent);
            return;
        }
        QVERIFY(!one.plugins.isEmpty() || !one.formats.isEmpty());
        QVERIFY(!one.tests.isEmpty());
        for (const QString& id : one.plugins)
            QVERIFY2(ids.contains(id), qPrintable(id));
        for (const QString& format : one.formats)
            QVERIFY2(parseNumberFormat(format.toStdString()), qPrintable(format));
        for (const QString& test : one.tests)
            QVERIFY2(isRegistered(test), qPrintable(test));
    }
};

QTEST_APPLESS_MAIN(SurveyCoverageTest)
#include "survey_coverage_test.moc"
