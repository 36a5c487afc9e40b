#include "tests/support/vulkan_device.h"
#include "tests/support/weights.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace tritloom;
using fixture::normalValues;
using fixture::randomWeights;

namespace {

Result<std::vector<float>> product(Backend& backend, const Tensor& x, const Tensor& weights)
{
    const DeviceTensor inputs[] = {TRY(backend.upload(x)), TRY(backend.upload(weights))};
    return TRY(backend.download(TRY(backend.run({OpKind::Linear, {}}, inputs, {})))).toFloats();
}

Tensor zeros(std::size_t kibibytes)
{
    return Tensor::adoptFloats({kibibytes * 256}, std::vector<float>(kibibytes * 256));
}

} // namespace

/// All backends of one Vulkan device share what is open of it: memory, compiled shaders, the queue.
class VulkanSharingTest : public QObject {
    Q_OBJECT

private slots:
    void oneBudgetIsForAll()
    {
        VulkanOptions options;
        options.budgetBytes = std::size_t{1} << 20;
        TRITLOOM_NEEDS_VULKAN(first, options);
        options.products = VulkanProducts::EightBit; // which does not make it another device
        TRITLOOM_NEEDS_VULKAN(second, options);
        auto kept = first->upload(zeros(600));
        QVERIFY(kept);
        const auto refused = second->upload(zeros(600));
        QVERIFY(!refused && refused.error().code == ErrorCode::OutOfMemory);
        options.budgetBytes += 1; // asked for otherwise
        TRITLOOM_NEEDS_VULKAN(alone, options);
        QVERIFY(alone->upload(zeros(600)));
        kept = DeviceTensor{};
        first.reset();
        QVERIFY(second->upload(zeros(600)));
    }

    void theLastUserClosesIt()
    {
        const QTemporaryDir folder;
        VulkanOptions options;
        options.cacheFolder = folder.path().toStdString();
        TRITLOOM_NEEDS_VULKAN(first, options);
        TRITLOOM_NEEDS_VULKAN(second, options);
        std::vector<DeviceTensor> x{second->upload(zeros(1)).value()};
        QVERIFY(second->download(second->run({OpKind::Relu2, {}}, x, {}).value()));
        const auto files = [&] { return QDir(folder.path()).entryList(QDir::Files).size(); };
        second.reset();
        QCOMPARE(files(), 0);
        first.reset();
        QCOMPARE(files(), 0); // the tensor needs it still
        x.clear();
        QCOMPARE(files(), 1); // compiled shaders, which are written on closing
    }

    void manyThreadsShareIt()
    {
        TRITLOOM_NEEDS_VULKAN(backend, {});
        constexpr std::size_t threads = 4, turns = 12;
        const Tensor weights = randomWeights(parseNumberFormat("q8_0").value(), 33, 64);
        std::vector<std::string> wrong(threads);
        {
            std::vector<std::jthread> running;
            for (std::size_t t = 0; t < threads; ++t)
                running.emplace_back([&, t] {
                    std::string why;
                    const auto own = firstVulkanBackend({}, why); // opened and closed beside the others
                    const auto reference = makeReferenceBackend();
                    for (std::size_t turn = 0; turn < turns && wrong[t].empty(); ++turn) {
                        const Tensor x = Tensor::adoptFloats({9, 64}, normalValues(9 * 64, unsigned(t)));
                        const auto made = product(*own, x, weights);
                        const auto expected = product(*reference, x, weights).value();
                        for (std::size_t i = 0; made && i < expected.size(); ++i)
                            if (!(std::fabs((*made)[i] - expected[i]) < 1e-4f))
                                wrong[t] = fmt::format("[{}]: {}, expected {}", i, (*made)[i], expected[i]);
                        if (!made)
                            wrong[t] = made.error().message;
                    }
                });
        }
        for (const std::string& what : wrong)
            QVERIFY2(what.empty(), what.c_str());
    }

    void aLostOneIsOpenedAnew()
    {
        VulkanOptions options;
        options.lostAfter = 1;
        TRITLOOM_NEEDS_VULKAN(first, options);
        const Tensor x = zeros(1);
        const auto square = [&](Backend& backend) -> Result<Tensor> {
            const DeviceTensor inputs[] = {TRY(backend.upload(x))};
            return backend.download(TRY(backend.run({OpKind::Relu2, {}}, inputs, {})));
        };
        QVERIFY(square(*first));
        TRITLOOM_NEEDS_VULKAN(second, options);
        const auto lost = square(*second); // the same device, whose one submission has been used up
        QVERIFY(!lost && lost.error().code == ErrorCode::DeviceLost);
        const auto both = square(*first);
        QVERIFY(!both && both.error().code == ErrorCode::DeviceLost);
        TRITLOOM_NEEDS_VULKAN(third, options);
        QVERIFY(square(*third));
    }
};

QTEST_APPLESS_MAIN(VulkanSharingTest)
#include "vulkan_sharing_test.moc"
