#include "compute/cpu/cpu_backend.h"
#include "core/architecture/onnx/onnx_builder.h"
#include "core/architecture/onnx/onnx_network.h"
#include "core/backend/executor.h"
#include "core/file/onnx.h"
#include "tests/interop/onnx_runtime.h"
#include "tests/support/random_operators.h"
#include "tests/support/vulkan_device.h"
#if TRITLOOM_HAS_TORCH
#include "plugins/torch/gradients.h"
#endif

#include <QTest>

#include <set>

using namespace tritloom;

namespace {

/// Sums in another order, 24 bits each, and functions by other polynomials: a share of the largest number.
constexpr double tolerance = 2e-5;
/// Networks of each operator, each with shapes and attributes of its own.
constexpr int perOperator = 6;
/// What the export's own tests hold against onnxruntime.
const std::set<std::string_view> testedElsewhere{"MatMulNBits"};

struct Case {
    fixture::RandomOperator made;
    std::filesystem::path path;
    ModelFile file;
    Graph graph;

    Result<Tensor> output(Executor& executor) const
    {
        ValueMap values;
        for (std::size_t i = 0; i < made.inputs.size(); ++i)
            values[graph.inputs[i].value] = made.inputs[i];
        const auto weights = [&](TensorId id) -> Result<Executor::Weights> {
            return Executor::Weights{TRY(materialise(file.tensors[std::size_t(id)])), keyOf(made.name, id)};
        };
        TRY_VOID(executor.run(graph, 0, graph.stageCount - 1, values, weights, nullptr, {}));
        const auto found = values.find(graph.output);
        return found == values.end()
            ? Result<Tensor>(fail(ErrorCode::InvalidInput, "no node makes the output"))
            : found->second;
    }
};

} // namespace

/// Every ONNX operator on random shapes: the reference, the CPU and Vulkan against onnxruntime, and LibTorch,
/// which derives the same graphs, against it too.
class OperatorAgreementTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::vector<Case> m_cases;
    std::vector<Tensor> m_theirs; ///< of onnxruntime, by case

    template <typename Compute>
    void compare(const Compute& compute)
    {
        for (std::size_t i = 0; i < m_cases.size(); ++i) {
            const Result<std::optional<Tensor>> ours = compute(m_cases[i]);
            const std::string& name = m_cases[i].made.name;
            QVERIFY2(ours, ours ? "" : (name + ": " + ours.error().message).c_str());
            if (!*ours)
                continue;
            QCOMPARE((*ours)->type().shape, m_theirs[i].type().shape);
            const double difference = relativeDifference(**ours, m_theirs[i]);
            QVERIFY2(difference < tolerance, qPrintable(QString("%1: %2").arg(name.c_str()).arg(difference)));
        }
    }

    /// What `backend` (if any) does not have is left to the reference.
    void compareBy(std::unique_ptr<Backend> backend)
    {
        std::vector<std::unique_ptr<Backend>> backends;
        if (backend)
            backends.push_back(std::move(backend));
        backends.push_back(makeReferenceBackend());
        Executor executor(std::move(backends));
        compare(
            [&](const Case& each) -> Result<std::optional<Tensor>> { return TRY(each.output(executor)); });
    }

private slots:
    void initTestCase()
    {
        if (const QString why = OnnxRuntime::install(); !why.isEmpty())
            QSKIP(qPrintable(why));
        fixture::RandomOperators operators(20261127);
        OnnxRuntime runtime;
        for (const tritloom::onnx::OperatorRow& row : tritloom::onnx::operatorRows()) {
            if (testedElsewhere.contains(row.type))
                continue;
            for (int number = 0; number < perOperator; ++number) {
                auto made = operators.of(std::string(row.type), number);
                QVERIFY2(
                    made.has_value(),
                    qPrintable("no network of the operator " + QString::fromUtf8(row.type.data())));
                const std::filesystem::path path =
                    m_folder.filePath(QString("%1.onnx").arg(m_cases.size())).toStdString();
                made->network.save(path);
                auto file = tritloom::onnx::read(path);
                QVERIFY2(file, file ? "" : (made->name + ": " + file.error().message).c_str());
                std::vector<Shape> shapes;
                std::vector<OnnxRuntime::Input> inputs;
                for (const Tensor& input : made->inputs) {
                    inputs.push_back({file->operators->inputs[shapes.size()].name, input});
                    shapes.push_back(input.type().shape);
                }
                auto graph = tritloom::onnx::buildGraph(*file, shapes);
                QVERIFY2(graph, graph ? "" : (made->name + ": " + graph.error().message).c_str());
                runtime.add(path, inputs, OnnxRuntime::Level::Disabled);
                m_cases.push_back({std::move(*made), path, std::move(*file), std::move(*graph)});
            }
        }
        runtime.runAll();
        for (std::size_t i = 0; i < m_cases.size(); ++i) {
            const auto output = runtime.output(int(i));
            QVERIFY2(output, output ? "" : (m_cases[i].made.name + ": " + output.error().message).c_str());
            m_theirs.push_back(*output);
        }
        qInfo("%zu networks of one operator each", m_cases.size());
    }

    void theReferenceAgrees() { compareBy({}); }

    void theCpuAgrees() { compareBy(makeCpuBackend().value()); }

    void vulkanAgrees()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        compareBy(std::move(backend));
    }

    void pyTorchAgrees()
    {
#if TRITLOOM_HAS_TORCH
        const auto engine = gradientEngine();
        if (!engine)
            QSKIP(engine.error().message.c_str());
        std::size_t judged = 0;
        std::set<std::string> refused;
        compare([&](const Case& each) -> Result<std::optional<Tensor>> {
            GradientProblem problem{
                .graph = each.graph,
                .inputs = {},
                .outputs = {each.graph.output},
                .tensorOf = [&](TensorId id) { return materialise(each.file.tensors[std::size_t(id)]); },
                .wanted = {}};
            for (std::size_t i = 0; i < each.made.inputs.size(); ++i)
                problem.inputs[each.graph.inputs[i].value] = each.made.inputs[i];
            auto made = (*engine)->run(problem);
            if (!made && made.error().code == ErrorCode::Unsupported) {
                refused.insert(made.error().message);
                return std::optional<Tensor>();
            }
            ++judged;
            return TRY(std::move(made)).outputs[0];
        });
        for (const std::string& why : refused)
            qInfo("left out: %s", why.c_str());
        qInfo("PyTorch judged %zu of %zu", judged, m_cases.size());
        QVERIFY(10 * judged > 9 * m_cases.size());
#else
        QSKIP("LibTorch was not there when this was built");
#endif
    }
};

QTEST_GUILESS_MAIN(OperatorAgreementTest)
#include "operator_agreement_test.moc"
