#include "core/base/recycled_memory.h"

#include <QTest>

#include <cstdint>
#include <cstring>

using namespace tritloom;

/// Memory that is used again must never be in two hands.
class RecycledMemoryTest : public QObject {
    Q_OBJECT

private slots:
    void everySizeIsAlignedAndCanBeWritten()
    {
        for (const std::size_t bytes : {1ul, 63ul, 64ul, 65'536ul, 65'537ul, 1'000'003ul, 5'000'001ul}) {
            const auto memory = recycledMemory(bytes);
            QCOMPARE(reinterpret_cast<std::uintptr_t>(memory.get()) % 64, std::uintptr_t(0));
            std::memset(memory.get(), 0x5a, bytes);
        }
    }

    void whatWasGivenBackIsUsedAgain()
    {
        constexpr std::size_t bytes = 3'000'017; // of nobody else
        const void* const first = recycledMemory(bytes).get();
        QCOMPARE(recycledMemory(bytes).get(), first);
        QCOMPARE(recycledMemory(bytes - bytes / 16).get(), first);
    }

    void whatIsHeldIsNobodyElses()
    {
        constexpr std::size_t bytes = 700'001;
        const auto one = recycledMemory(bytes), two = recycledMemory(bytes);
        std::memset(one.get(), 1, bytes);
        std::memset(two.get(), 2, bytes);
        QCOMPARE(static_cast<const char*>(one.get())[bytes - 1], char(1));
        QVERIFY(recycledMemory(bytes).get() != one.get());
    }

    void littleTakesNothingMuchLarger()
    {
        const void* const large = recycledMemory(8'000'009).get();
        QVERIFY(recycledMemory(4'000'000).get() != large);
    }
};

QTEST_APPLESS_MAIN(RecycledMemoryTest)
#include "recycled_memory_test.moc"
