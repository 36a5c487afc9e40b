#include "core/file/pickle.h"
#include "core/file/pytorch.h"
#include "core/file/zip.h"
#include "tests/support/damaged_bytes.h"
#include "tests/support/shared_data.h"

#include <QTest>

#include <fstream>

using namespace tritloom;

namespace {

std::span<const std::byte> bytesOf(const QByteArray& bytes)
{
    return std::as_bytes(std::span(bytes.constData(), std::size_t(bytes.size())));
}

QString refusal(const QByteArray& pickled)
{
    const auto value = pickle::read(bytesOf(pickled), "x.pth");
    return value ? QString() : QString::fromStdString(value.error().message);
}

/// A zip archive of stored files.
QByteArray archive(const std::vector<std::pair<QByteArray, QByteArray>>& files)
{
    QByteArray data, directory;
    const auto number = [](QByteArray& to, quint64 value, int bytes) {
        for (int i = 0; i < bytes; ++i)
            to.append(i < 8 ? char(value >> 8 * i) : '\0');
    };
    for (const auto& [name, contents] : files) {
        const qsizetype offset = data.size();
        data.append("PK\3\4");
        number(data, 0, 14);
        number(data, quint64(contents.size()), 4);
        number(data, quint64(contents.size()), 4);
        number(data, quint64(name.size()), 2);
        number(data, 0, 2);
        data.append(name).append(contents);
        directory.append("PK\1\2");
        number(directory, 0, 16);
        number(directory, quint64(contents.size()), 4);
        number(directory, quint64(contents.size()), 4);
        number(directory, quint64(name.size()), 2);
        number(directory, 0, 12);
        number(directory, quint64(offset), 4);
        directory.append(name);
    }
    QByteArray end("PK\5\6");
    number(end, 0, 4);
    number(end, files.size(), 2);
    number(end, files.size(), 2);
    number(end, quint64(directory.size()), 4);
    number(end, quint64(data.size()), 4);
    number(end, 0, 2);
    return data + directory + end;
}

/// {'w': a tensor of 2 x 2 floats from `offset` on with these strides}
QByteArray stateDict(int offset = 0, int stride0 = 2, int stride1 = 1)
{
    QByteArray p("\x80\2}X\1\0\0\0w", 9);
    p += "ctorch._utils\n_rebuild_tensor_v2\n((";
    p += QByteArray("X\7\0\0\0storage", 12);
    p += "ctorch\nFloatStorage\n";
    p += QByteArray("X\1\0\0\0" "0X\3\0\0\0cpuK\4tQK", 19);
    p.append(char(offset));
    p += QByteArray("K\2K\2\x86K", 6);
    p.append(char(stride0)).append('K').append(char(stride1));
    p += "\x86\x89}tRs.";
    return p;
}

/// The same as a view of 2^30 x 64 that repeats the first number.
QByteArray hugeView()
{
    return stateDict(0, 0, 0).replace(
        QByteArray("K\2K\2\x86", 5), QByteArray("J\0\0\0\x40J\x40\0\0\0\x86", 11));
}

QByteArray fourFloats()
{
    const float values[] = {1, 2, 3, 4};
    return QByteArray(reinterpret_cast<const char*>(values), sizeof values);
}

Result<std::vector<NamedTensor>> parse(const QByteArray& bytes)
{
    const auto owner = std::make_shared<const QByteArray>(bytes);
    return pytorch::parse(bytesOf(*owner), "x.pth", owner);
}

QByteArray good()
{
    return archive({{"x/data.pkl", stateDict()}, {"x/data/0", fourFloats()}});
}

} // namespace

/// State dicts are data: nothing of a pickle is run, and lies are found.
class PytorchTest : public QObject {
    Q_OBJECT

private slots:
    void readsAnArchive()
    {
        const auto tensors = parse(good());
        QVERIFY2(tensors, tensors ? "" : tensors.error().message.c_str());
        QCOMPARE(tensors->size(), std::size_t(1));
        QCOMPARE((*tensors)[0].name, std::string("w"));
        QCOMPARE((*tensors)[0].shape, (Shape{2, 2}));
        QCOMPARE((*tensors)[0].stored.toFloats(), (std::vector<float>{1, 2, 3, 4}));
    }

    void copiesAViewIntoOrder()
    {
        const auto tensors = parse(archive({{"x/data.pkl", stateDict(0, 1, 2)}, {"x/data/0", fourFloats()}}));
        QVERIFY2(tensors, tensors ? "" : tensors.error().message.c_str());
        QCOMPARE((*tensors)[0].stored.toFloats(), (std::vector<float>{1, 3, 2, 4}));
    }

    void refusesCodeByName_data()
    {
        QTest::addColumn<QByteArray>("pickled");
        QTest::addColumn<QString>("named");
        QTest::newRow("os.system") << QByteArray("\x80\2" "cos\nsystem\nX\2\0\0\0id\x85R.", 23) << "os.system";
        QTest::newRow("eval") << QByteArray("\x80\2" "c__builtin__\neval\n.") << "__builtin__.eval";
        QTest::newRow("getattr through a stack global") << QByteArray("\x80\4\x8c\x08" "builtins\x8c\7getattr\x93.") << "builtins.getattr";
        QTest::newRow("another module's function") << QByteArray("\x80\2" "ctorch._utils\n_rebuild_parameter_with_state\n.") << "_rebuild_parameter_with_state";
        QTest::newRow("an old instance") << QByteArray("\x80\2(ios\nsystem\n.") << "0x69";
        QTest::newRow("a new object") << QByteArray("\x80\2" "ccollections\nOrderedDict\n)\x81.") << "0x81";
        QTest::newRow("state of a tensor") << QByteArray("\x80\2K\1}b.") << "state";
        QTest::newRow("a call of a number") << QByteArray("\x80\2K\1)R.") << "call";
        QTest::newRow("an extension") << QByteArray("\x80\2\x82\1.") << "0x82";
    }
    void refusesCodeByName()
    {
        QFETCH(QByteArray, pickled);
        QFETCH(QString, named);
        const QString message = refusal(pickled);
        QVERIFY2(message.contains(named), qPrintable("says: " + message));
    }

    void refusesBombs()
    {
        QByteArray nested("\x80\2");
        nested += QByteArray(200'000, ']') + QByteArray(199'999, 'a') + ".";
        QVERIFY(refusal(nested).contains("nested"));
        QByteArray doubled("\x80\2K\1");
        for (char i = 0; i < 60; ++i)
            doubled += QByteArray("q") + i + "h" + i + "\x86";
        QVERIFY(!refusal(doubled + ".").isEmpty());
    }

    void refusesViewsThatRepeatTooMuch()
    {
        const auto found = parse(archive({{"x/data.pkl", hugeView()}, {"x/data/0", fourFloats()}}));
        QVERIFY(!found);
        QVERIFY2(found.error().message.find("repeats 4 stored numbers") != std::string::npos, found.error().message.c_str());
        QVERIFY(parse(archive({{"x/data.pkl", stateDict(0, 0, 1)}, {"x/data/0", fourFloats()}}))); // a row twice
    }

    void refusesManyViewsOfOneStorage()
    {
        const auto views = [](int count) {
            QByteArray all("\x80\2}", 3);
            for (int i = 0; i < count; ++i) {
                QByteArray one = stateDict(0, 1, 2); // transposed, so each is a copy
                one[8] = char('A' + i);
                all += one.mid(3, one.size() - 4);
            }
            return parse(archive({{"x/data.pkl", all + '.'}, {"x/data/0", fourFloats()}}));
        };
        QCOMPARE(views(15).value().size(), std::size_t(15));
        const auto many = views(20);
        QVERIFY(!many);
        QVERIFY2(
            many.error().message.find("stored numbers too often") != std::string::npos,
            many.error().message.c_str());
    }

    void archivesOf64BitsAreSaidToBe()
    {
        QByteArray bytes = good();
        const qsizetype at = bytes.indexOf("PK\1\2") + 20;
        bytes.replace(at, 4, QByteArray(4, '\xff')); // as writers of the 64-bit record leave it
        QCOMPARE(parse(bytes).error().message, std::string("x.pth: zip archives beyond 4 GB are not read"));
    }

    void refusesTensorsOutsideOfTheirStorage_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::newRow("offset") << archive({{"x/data.pkl", stateDict(1)}, {"x/data/0", fourFloats()}});
        QTest::newRow("strides") << archive({{"x/data.pkl", stateDict(0, 200, 1)}, {"x/data/0", fourFloats()}});
        QTest::newRow("no storage") << archive({{"x/data.pkl", stateDict()}, {"x/data/1", fourFloats()}});
        QTest::newRow("a short storage") << archive({{"x/data.pkl", stateDict()}, {"x/data/0", fourFloats().left(12)}});
        QTest::newRow("no pickle") << archive({{"x/data/0", fourFloats()}, {"y", ""}});
        QTest::newRow("a name twice") << archive({{"x/data.pkl", stateDict()}, {"x/data/0", fourFloats()}, {"x/data/0", fourFloats()}});
    }
    void refusesTensorsOutsideOfTheirStorage()
    {
        QFETCH(QByteArray, file);
        QVERIFY(!parse(file));
    }

    void everyTruncationIsAnError()
    {
        forEachBeginning(good().toStdString(), [](const std::string& bytes) {
            QVERIFY(!parse(QByteArray::fromStdString(bytes)));
        });
    }

    void everyChangedByteIsAnErrorOrAModel()
    {
        forEachChangedByte(good().toStdString(), [](const std::string& bytes) {
            if (const auto tensors = parse(QByteArray::fromStdString(bytes)))
                for (const NamedTensor& tensor : *tensors)
                    (void)tensor.stored.toFloats();
        });
    }

    void readsTheOlderFormat()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = openModel(data / "img_dncnn25/dncnn_25.pth");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->format, std::string("pytorch"));
        QCOMPARE(model->tensors.size(), std::size_t(34));
        std::ifstream file(data / "img_dncnn25/dncnn_25.pth", std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        for (std::size_t length = 0; length < bytes.size(); length += 4999)
            QVERIFY(!parse(QByteArray(bytes.data(), qsizetype(length))));
    }
};

QTEST_APPLESS_MAIN(PytorchTest)
#include "pytorch_test.moc"
