#include "core/backend/executor.h"

#include "tests/compute/counted_machine.h"
#include "tests/support/tiny_model.h"
#include "tests/support/vulkan_device.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <map>

using namespace tritloom;

namespace {

Result<std::vector<float>> logits(
    Executor& executor, const Model& model, std::vector<float> ids, SequenceState* state = nullptr,
    const Executor::WeightsOf& weights = {})
{
    const Graph& graph = *model.graph;
    const std::size_t count = ids.size();
    ValueMap values{{graph.input, Tensor::adoptFloats({count}, std::move(ids))}};
    TRY_VOID(executor.run(
        graph, 0, graph.stageCount - 1, values, weights ? weights : weightsOf(model), state, {}));
    if (state != nullptr)
        state->tokens += count;
    return values.at(graph.output).toFloats();
}

std::vector<float> someIds(std::size_t count)
{
    std::vector<float> ids;
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back(float(i * 7 % 50));
    return ids;
}

/// Against sums in double; logits of these models are some units large.
constexpr float tolerance = 2e-4f;

void compare(const Result<std::vector<float>>& actual, const std::vector<float>& expected)
{
    QVERIFY2(actual.has_value(), actual ? "" : actual.error().message.c_str());
    QCOMPARE(actual->size(), expected.size());
    float worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i)
        worst = std::max(worst, std::abs((*actual)[i] - expected[i]));
    QVERIFY2(worst <= tolerance, qPrintable(QString("largest difference %1").arg(worst)));
}

} // namespace

/// A whole pass of a language model stays on a Vulkan device, and goes on where the device cannot.
class VulkanPassTest : public QObject {
    Q_OBJECT

private slots:
    void passesStayOnTheDevice_data()
    {
        QTest::addColumn<QString>("architecture");
        for (const Architecture& architecture : architectures())
            if (architecture.id != "textgenrnn") // TinyModel makes transformers
                QTest::newRow(architecture.id.data()) << QString::fromStdString(std::string(architecture.id));
    }
    void passesStayOnTheDevice()
    {
        QFETCH(QString, architecture);
        const auto profile = std::make_shared<VulkanProfile>();
        VulkanOptions options;
        options.profile = profile;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        TinyModel tiny{.architecture = architecture.toStdString()};
        if (tiny.architecture == "gpt2")
            tiny.kvHeads = tiny.heads;
        const auto model = tiny.make();
        QVERIFY2(model->graph.has_value(), model->whyNotEvaluated.c_str());
        Machine machine(std::move(backend)), reference(nullptr);
        for (const std::size_t tokens : {1, 19}) {
            *machine.device = {};
            const std::size_t submissions = profile->submissions;
            const auto actual = logits(*machine.executor, *model, someIds(tokens));
            compare(actual, logits(*reference.executor, *model, someIds(tokens)).value());
            QCOMPARE(machine.hostRuns(), 0); // every op is supported
            QCOMPARE(machine.device->downloads, 1);
            QCOMPARE(profile->submissions, submissions + 1);
        }
        QVERIFY(machine.notes.empty());
        double seconds = 0;
        for (const auto& [kind, time] : profile->seconds)
            seconds += time;
        QVERIFY(profile->seconds.empty() || seconds > 0); // empty: the device has no clock
    }

    void theSampleStaysOnTheDevice()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        const std::filesystem::path folder =
            std::filesystem::path(TRITLOOM_SOURCE_DIR) / "resources/samples/language";
        std::shared_ptr<const Model> model;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (const auto loaded = loadModel(entry.path()); loaded && (*loaded)->graph)
                model = *loaded;
        QVERIFY(model != nullptr);
        Machine machine(std::move(backend)), reference(nullptr);
        const auto actual = logits(*machine.executor, *model, someIds(33));
        compare(actual, logits(*reference.executor, *model, someIds(33)).value());
        QCOMPARE(machine.hostRuns(), 0);
        QCOMPARE(machine.device->downloads, 1);
    }

    void sequencesStayOnTheDevice()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        const auto model = TinyModel().make();
        Machine machine(std::move(backend)), reference(nullptr);
        SequenceState onDevice, onHost;
        for (const std::size_t tokens : {9, 1, 1, 3, 1}) {
            *machine.device = {};
            const std::vector<float> ids = someIds(tokens);
            const auto actual = logits(*machine.executor, *model, ids, &onDevice);
            compare(actual, logits(*reference.executor, *model, ids, &onHost).value());
            QCOMPARE(machine.hostRuns(), 0);
            QCOMPARE(machine.device->downloads, 1);
        }
    }

    void onlyChangedWeightsAreUploadedAgain()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        const auto model = TinyModel().make();
        Machine machine(std::move(backend)), reference(nullptr);
        const std::vector<float> ids = someIds(5);
        QVERIFY(logits(*machine.executor, *model, ids).has_value());
        machine.device->uploadedBytes = 0;
        QVERIFY(logits(*machine.executor, *model, ids).has_value());
        QCOMPARE(machine.device->uploadedBytes, ids.size() * sizeof(float));
        // One layer gets other weights.
        const NamedTensor* const named = model->file->find("blk.1.ffn_up.weight");
        QVERIFY(named != nullptr);
        const TensorId id{std::uint32_t(named - model->file->tensors.data())};
        std::vector<float> halved = materialise(*named).value().toFloats();
        for (float& value : halved)
            value *= 0.5f;
        const Tensor other = Tensor::adoptFloats(named->shape, halved);
        machine.device->uploadedBytes = 0;
        const auto changed = weightsOf(*model, {{id, other}});
        const auto actual = logits(*machine.executor, *model, ids, nullptr, changed);
        QCOMPARE(machine.device->uploadedBytes, ids.size() * sizeof(float) + other.bytes().size());
        compare(actual, logits(*reference.executor, *model, ids, nullptr, changed).value());
    }

    void layersWithoutRoomRunOnTheHost()
    {
        const auto model = TinyModel().make();
        Machine reference(nullptr);
        const std::vector<float> expected = logits(*reference.executor, *model, someIds(7)).value();
        // From no room at all to room for some of the layers.
        for (const std::size_t kibibytes : {4, 150, 400}) {
            VulkanOptions options;
            options.budgetBytes = kibibytes << 10;
            TRITLOOM_NEEDS_VULKAN(backend, options);
            Machine machine(std::move(backend));
            for (int pass = 0; pass < 2; ++pass)
                compare(logits(*machine.executor, *model, someIds(7)), expected);
            QVERIFY(machine.hostRuns() > 0);
            QCOMPARE(machine.device->runs[OpKind::Linear] > 0, kibibytes > 4);
            QCOMPARE(machine.notes.size(), std::size_t(1)); // said once
            QVERIFY2(
                QString::fromStdString(machine.notes[0]).contains("no room for a tensor of"),
                machine.notes[0].c_str());
        }
    }

    void aLostDeviceIsReplacedByTheHost()
    {
        const auto model = TinyModel().make();
        Machine reference(nullptr);
        const std::vector<float> expected = logits(*reference.executor, *model, someIds(7)).value();
        VulkanOptions options;
        options.lostAfter = 2;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        Machine machine(std::move(backend));
        for (int pass = 0; pass < 4; ++pass) {
            compare(logits(*machine.executor, *model, someIds(7)), expected);
            QCOMPARE(machine.hostRuns() > 0, pass >= 2);
        }
        QCOMPARE(machine.notes.size(), std::size_t(1));
        QVERIFY2(QString::fromStdString(machine.notes[0]).contains("was lost"), machine.notes[0].c_str());
        QCOMPARE(machine.executor->backendNames(), std::string("reference"));
    }

    void aSequenceOnALostDeviceSaysSo()
    {
        VulkanOptions options;
        options.lostAfter = 1;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        const auto model = TinyModel().make();
        Machine machine(std::move(backend));
        SequenceState state;
        QVERIFY(logits(*machine.executor, *model, someIds(7), &state).has_value());
        const auto next = logits(*machine.executor, *model, {1}, &state);
        QVERIFY(!next && next.error().code == ErrorCode::DeviceLost);
        SequenceState anew;
        QVERIFY(logits(*machine.executor, *model, someIds(7), &anew).has_value()); // on the host
    }

    void matricesLargerThanABufferAreCut()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        // 2.2 times 64 Mi halves are over the 128 MiB that llvmpipe allows.
        const std::size_t columns = 256, rows = (std::size_t{1} << 26) / columns * 9 / 4 + 1;
        const TensorType type{parseNumberFormat("f16").value(), {rows, columns}};
        std::vector<std::byte> bytes(type.bytes());
        for (std::size_t row = 0; row < rows; ++row) // one weight a row: 1, at another column
            bytes[row * type.rowBytes() + row % columns * 2 + 1] = std::byte{0x3c};
        const Tensor weights = Tensor::adopt(type, std::move(bytes));
        std::vector<float> x(columns);
        for (std::size_t c = 0; c < columns; ++c)
            x[c] = float(c) - 100;
        const Tensor input = Tensor::adoptFloats({1, columns}, x);
        const TensorType types[] = {input.type(), type};
        QVERIFY(backend->supports({OpKind::Linear, {}}, types));
        const DeviceTensor matrix = backend->upload(weights).value();
        const DeviceTensor inputs[] = {backend->upload(input).value(), matrix};
        const auto made = backend->download(backend->run({OpKind::Linear, {}}, inputs, {}).value()).value();
        for (std::size_t row = 0; row < rows; ++row)
            QCOMPARE(made.floats()[row], x[row % columns]);
        const std::vector<float> numbers{0, float(rows / 2), float(rows - 1)};
        const DeviceTensor table[] = {backend->upload(Tensor::fromFloats({3}, numbers)).value(), matrix};
        const auto gathered =
            backend->download(backend->run({OpKind::Embedding, {}}, table, {}).value()).value();
        for (std::size_t n = 0; n < numbers.size(); ++n)
            for (std::size_t c = 0; c < columns; ++c)
                QCOMPARE(
                    gathered.floats()[n * columns + c], c == std::size_t(numbers[n]) % columns ? 1.0f : 0.0f);
    }

    void pipelinesAreKeptInAFile()
    {
        const QTemporaryDir folder;
        VulkanOptions options;
        options.cacheFolder = folder.path().toStdString();
        const auto once = [&]() -> std::vector<float> {
            std::string why;
            const auto backend = firstVulkanBackend(options, why);
            if (backend == nullptr)
                return {};
            const DeviceTensor x[] = {backend->upload(Tensor::adoptFloats({3}, {-1, 2, 3})).value()};
            return backend->download(backend->run({OpKind::Relu2, {}}, x, {}).value()).value().toFloats();
        };
        const std::vector<float> expected{0, 4, 9};
        if (once() != expected)
            QSKIP("there is no Vulkan device here");
        const QStringList files = QDir(folder.path()).entryList(QDir::Files);
        QCOMPARE(files.size(), 1);
        QFile file(folder.filePath(files.first()));
        QVERIFY(file.open(QIODevice::ReadWrite));
        const QByteArray whole = file.readAll();
        QVERIFY(whole.size() > 16);
        // A damaged file is passed over, and written anew.
        for (const qint64 place : {qint64(3), qint64(whole.size() - 1)}) {
            QVERIFY(file.seek(place));
            file.write(QByteArray(1, char(~whole[place])));
            file.flush();
            QCOMPARE(once(), expected);
            QFile again(file.fileName());
            QVERIFY(again.open(QIODevice::ReadOnly));
            QCOMPARE(again.readAll(), whole);
        }
    }

    void theValidationLayerFindsNothing()
    {
        VulkanOptions options;
        options.validation = true;
        TRITLOOM_NEEDS_VULKAN(backend, options);
        const auto model = TinyModel().make();
        Machine machine(std::move(backend)), reference(nullptr);
        SequenceState state, onHost;
        for (const std::size_t tokens : {9, 1, 1}) {
            const auto actual = logits(*machine.executor, *model, someIds(tokens), &state);
            compare(actual, logits(*reference.executor, *model, someIds(tokens), &onHost).value());
        }
    }
};

QTEST_APPLESS_MAIN(VulkanPassTest)
#include "vulkan_pass_test.moc"
