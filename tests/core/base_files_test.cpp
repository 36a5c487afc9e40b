#include "core/architecture/model.h"
#include "core/file/base_files.h"
#include "tests/support/logits.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tuned_models.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <condition_variable>
#include <fstream>
#include <sys/stat.h>
#include <thread>

using namespace tritloom;

namespace {

std::mutex waitMutex;
std::condition_variable waitChanged;
bool isOpening = false, wasSet = false, wasInTime = false;

/// Opens no sooner than setRecent() has returned, or not within two seconds.
std::shared_ptr<const ModelFile> afterRecent(ModelFile file)
{
    std::unique_lock lock(waitMutex);
    isOpening = true;
    waitChanged.notify_all();
    wasInTime = waitChanged.wait_for(lock, std::chrono::seconds(2), [] { return wasSet; });
    return std::make_shared<const ModelFile>(std::move(file));
}

const std::vector<TokenId> text{1, 7, 3, 22, 9, 14, 2, 31};

} // namespace

/// Differences in files of their own, over one base.
class BaseFilesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<const Model> m_base;
    std::vector<std::shared_ptr<const Model>> m_tuned;

    std::filesystem::path at(const char* name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void initTestCase()
    {
        const auto written = writeTuned(*TinyModel().make(), nullptr, at("base.tritloom"), false);
        QVERIFY2(written.has_value(), written ? "" : written.error().message.c_str());
        m_base = loadModel(at("base.tritloom")).value();
        for (const unsigned seed : {1U, 2U, 3U}) {
            m_tuned.push_back(tunedFrom(*m_base, seed));
            const auto delta = writeTuned(
                *m_tuned.back(), m_base.get(), at(qPrintable(QString("delta%1.tritloom").arg(seed))));
            QVERIFY2(delta.has_value(), delta ? "" : delta.error().message.c_str());
        }
    }

    // Each gives what the file with the base inside gives, and all read the same bytes of one mapping.
    void manyDeltasShareOneMapping()
    {
        BaseFiles bases;
        std::vector<std::shared_ptr<const Model>> opened;
        std::map<std::string, const std::byte*> places;
        for (const unsigned seed : {1U, 2U, 3U}) {
            auto file = openModel(at(qPrintable(QString("delta%1.tritloom").arg(seed))), bases);
            QVERIFY2(file.has_value(), file ? "" : file.error().message.c_str());
            QCOMPARE(file->notices.size(), std::size_t(1));
            opened.push_back(makeModel(std::move(*file)));
        }
        QCOMPARE(bases.opened(), std::size_t(1));
        std::size_t shared = 0;
        for (const auto& model : opened)
            for (const NamedTensor& tensor : model->file->tensors) {
                if (!tensor.replacement)
                    continue;
                const LayerReplacement::Part& part = tensor.replacement->parts.front();
                QVERIFY(part.isShared);
                const auto [place, isFirst] = places.emplace(tensor.name, part.tensor.bytes().data());
                QCOMPARE(place->second, part.tensor.bytes().data());
                ++shared;
            }
        QCOMPARE(shared, std::size_t(3 * 3 * 7)); // models, blocks, matrices
        for (std::size_t i = 0; i < opened.size(); ++i) {
            const auto whole = writeTuned(*m_tuned[i], m_base.get(), at("whole.tritloom"), false);
            QVERIFY(whole.has_value());
            const auto alone = loadModel(at("whole.tritloom")).value();
            QCOMPARE(
                logitsOf(*opened[i], text).value().toFloats(), logitsOf(*alone, text).value().toFloats());
        }
        QVERIFY(
            logitsOf(*opened[0], text).value().toFloats() != logitsOf(*opened[1], text).value().toFloats());
    }

    void aDeltaIsSmall()
    {
        const auto whole = writeTuned(*m_tuned[0], m_base.get(), at("whole.tritloom"), false);
        QVERIFY(whole.has_value());
        std::size_t base = 0;
        for (const Layer& layer : m_base->layers)
            base += layer.block ? layer.parameters() * sizeof(float) : 0;
        const std::uintmax_t small = std::filesystem::file_size(at("delta1.tritloom")),
                             large = std::filesystem::file_size(at("whole.tritloom"));
        QVERIFY2(large - small > base * 9 / 10, qPrintable(QString("%1 %2 %3").arg(small).arg(large).arg(base)));
    }

    void whatWasAskedForIsTheBaseOrAnError()
    {
        QTemporaryDir elsewhere;
        const std::filesystem::path other = elsewhere.filePath("other.tritloom").toStdString(),
                                    none = elsewhere.filePath("none.tritloom").toStdString();
        QVERIFY(writeTuned(*m_tuned[1], nullptr, other, false).has_value());
        for (const std::filesystem::path& path : {other, none}) { // though base.tritloom lies beside it
            BaseFiles given({path});
            const auto found = openModel(at("delta1.tritloom"), given);
            QVERIFY(!found.has_value());
            QCOMPARE(found.error().code, ErrorCode::InvalidInput);
            const std::string& said = found.error().message;
            QVERIFY2(said.find("'base.tritloom'") != std::string::npos, said.c_str());
            QVERIFY2(said.find(path.string()) != std::string::npos, said.c_str());
        }
    }

    void aBaseThatIsNotThereIsNamed()
    {
        QTemporaryDir elsewhere;
        const std::filesystem::path moved = elsewhere.filePath("d.tritloom").toStdString();
        std::filesystem::copy_file(at("delta1.tritloom"), moved);
        const auto missing = openModel(moved);
        QVERIFY(!missing.has_value());
        QCOMPARE(missing.error().code, ErrorCode::NotFound);
        QCOMPARE(
            missing.error().message,
            std::string("d.tritloom: it holds differences to 'base.tritloom', which was not found: put it beside "
                        "this file, open it first, or name it with --base"));
        BaseFiles recent; // opened before
        recent.setRecent({at("delta2.tritloom"), at("base.tritloom")});
        QVERIFY(openModel(moved, recent).has_value());
        const std::filesystem::path other = elsewhere.filePath("other name").toStdString();
        std::filesystem::copy_file(at("base.tritloom"), other);
        BaseFiles given({other}); // whatever it is called
        QVERIFY(openModel(moved, given).has_value());
    }

    void anotherModelInItsPlaceIsTold()
    {
        QTemporaryDir elsewhere;
        const std::filesystem::path moved = elsewhere.filePath("d.tritloom").toStdString(),
                                    base = elsewhere.filePath("base.tritloom").toStdString();
        std::filesystem::copy_file(at("delta1.tritloom"), moved);
        QVERIFY(writeTuned(*m_tuned[1], nullptr, base, false).has_value());
        const auto found = openModel(moved);
        QVERIFY(!found.has_value());
        const QString said = QString::fromStdString(found.error().message);
        QVERIFY2(said.contains("is not that model") && said.contains("blk.0.attn_q.weight"), qPrintable(said));
        // What was mapped is read anew once it was replaced.
        BaseFiles bases;
        QVERIFY(!openModel(moved, bases).has_value());
        std::filesystem::copy_file(at("base.tritloom"), base, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::last_write_time(base, std::filesystem::file_time_type::clock::now());
        QVERIFY(openModel(moved, bases).has_value());
    }

    void aBaseIsNoDifferenceItself()
    {
        QTemporaryDir elsewhere;
        for (const char* name : {"a.tritloom", "base.tritloom"})
            std::filesystem::copy_file(at("delta1.tritloom"), elsewhere.filePath(name).toStdString());
        const auto found = openModel(elsewhere.filePath("a.tritloom").toStdString()); // both name base.tritloom
        QVERIFY(!found.has_value());
        QVERIFY2(
            found.error().message.find("holds differences to another model itself") != std::string::npos,
            found.error().message.c_str());
    }

    void whatReferencesSayIsChecked_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("another tensor") << QByteArray(R"(\"tensor\":\"blk.0.attn_q)")
                                        << QByteArray(R"(\"tensor\":\"blk.9.attn_q)");
        QTest::newRow("a path") << QByteArray("\"base\":\"base.tritloom\"") << QByteArray("\"base\":\"../e.tritloom\"");
        QTest::newRow("no base") << QByteArray("\"base\":\"base.tritloom\"") << QByteArray("\"bass\":\"base.tritloom\"");
        QTest::newRow("a key") << QByteArray(R"(in_base\":{\"key\":\")") << QByteArray(R"(in_base\":{\"key\":\"z)");
    }
    void whatReferencesSayIsChecked()
    {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFile file(m_folder.filePath("delta1.tritloom"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray bytes = file.readAll();
        const qsizetype place = bytes.indexOf(from);
        QVERIFY(place > 0);
        bytes.replace(place, to.size(), to); // of the same length, or over the first digit
        QFile changed(m_folder.filePath("changed.tritloom"));
        QVERIFY(changed.open(QIODevice::WriteOnly));
        changed.write(bytes);
        changed.close();
        const auto found = openModel(at("changed.tritloom"));
        QVERIFY(!found.has_value());
        QCOMPARE(found.error().code, ErrorCode::InvalidInput);
    }

    // The window sets them while a base of gigabytes is being opened.
    void recentFilesAreSetWhileABaseIsOpened()
    {
        BaseFiles bases({}, afterRecent);
        std::jthread opening([&] { (void)bases.open(at("base.tritloom")); });
        {
            std::unique_lock lock(waitMutex);
            waitChanged.wait(lock, [] { return isOpening; });
        }
        bases.setRecent({at("base.tritloom")});
        {
            const std::scoped_lock lock(waitMutex);
            wasSet = true;
        }
        waitChanged.notify_all();
        opening.join();
        QVERIFY(wasInTime);
    }

    void aPipeInTheBasesPlaceIsToldAtOnce()
    {
        QTemporaryDir elsewhere;
        const std::filesystem::path moved = elsewhere.filePath("d.tritloom").toStdString(),
                                    pipe = elsewhere.filePath("base.tritloom").toStdString();
        std::filesystem::copy_file(at("delta1.tritloom"), moved);
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        for (const std::filesystem::path& path : {moved, pipe}) {
            const auto found = openModel(path);
            QVERIFY(!found.has_value());
            QVERIFY2(found.error().message.find("pipe") != std::string::npos, found.error().message.c_str());
        }
    }

    void namesAreThoseOfTheEntry()
    {
        const QString before = QDir::currentPath();
        const std::string folder = std::filesystem::path(m_folder.path().toStdString()).filename().string();
        QVERIFY(QDir(m_folder.path()).mkpath("inner"));
        QVERIFY(QDir::setCurrent(m_folder.path()));
        std::vector<std::string> names{baseName("."), baseName("./"), baseName("inner/.."), baseName("../")};
        const std::string above = std::filesystem::path(m_folder.path().toStdString()).parent_path().filename();
        const std::filesystem::path parent = namedPath(".").parent_path();
        QVERIFY(QDir::setCurrent(before));
        QCOMPARE(names, (std::vector<std::string>{folder, folder, folder, above}));
        QCOMPARE(baseName("a/model/"), std::string("model"));
        QCOMPARE(baseName("a/b.gguf"), std::string("b.gguf"));
        QCOMPARE(parent.filename().string(), above);
        std::filesystem::create_symlink(at("base.tritloom"), at("link"));
        QCOMPARE(baseName(at("link")), std::string("link"));
        QCOMPARE(baseName("a/b\xff"), std::string("b\\xff")); // what headers can hold
    }

    void aBaseOfANameThatIsNotUtf8IsReferredTo()
    {
        const std::filesystem::path odd = m_folder.path().toStdString() + "/b\xff.tritloom";
        std::filesystem::copy_file(at("base.tritloom"), odd);
        const auto base = loadModel(odd).value();
        const auto written = writeTuned(*m_tuned[0], base.get(), at("odd.tritloom"));
        QVERIFY2(written.has_value(), written ? "" : written.error().message.c_str());
        BaseFiles given({odd});
        QVERIFY(openModel(at("odd.tritloom"), given).has_value());
        BaseFiles recent;
        recent.setRecent({odd});
        QVERIFY(openModel(at("odd.tritloom"), recent).has_value());
        std::filesystem::remove(odd); // Qt cannot
    }

    // Readers would find the file itself in the base's place.
    void aFileOfTheBasesNameIsRefused()
    {
        QVERIFY(QDir(m_folder.path()).mkpath("other"));
        const auto written = writeTuned(*m_tuned[0], m_base.get(), at("other/base.tritloom"));
        QVERIFY(!written.has_value());
        QCOMPARE(written.error().code, ErrorCode::InvalidInput);
        QVERIFY(written.error().message.find("the same name") != std::string::npos);
        QVERIFY(!std::filesystem::exists(at("other/base.tritloom")));
    }

    // The time of a folder does not change when a file in it is written over.
    void aFileInAFolderThatChangedIsReadAnew()
    {
        QVERIFY(QDir(m_folder.path()).mkpath("checkpoint"));
        const auto put = [&](float value) {
            const std::string header =
                R"({"a.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}})";
            const std::uint64_t length = header.size();
            std::ofstream file(at("checkpoint/model.safetensors"), std::ios::binary);
            file.write(reinterpret_cast<const char*>(&length), sizeof length);
            file << header;
            file.write(reinterpret_cast<const char*>(&value), sizeof value);
        };
        std::ofstream(at("checkpoint/config.json")) << R"({"model_type":"unknown"})";
        put(1);
        BaseFiles bases;
        const auto first = bases.open(at("checkpoint"));
        QVERIFY2(first.has_value(), first ? "" : first.error().message.c_str());
        QCOMPARE(bases.open(at("checkpoint")).value().get(), first->get());
        const auto time = std::filesystem::last_write_time(at("checkpoint"));
        put(2);
        std::filesystem::last_write_time(
            at("checkpoint/model.safetensors"), time + std::chrono::seconds(10));
        QCOMPARE(std::filesystem::last_write_time(at("checkpoint")), time);
        QVERIFY(bases.open(at("checkpoint")).value().get() != first->get());
    }

    // What is stored is what a choice asks for: planes and scales of that method, over that base.
    void aDifferenceIsKeptWhereItIsTheOneAskedFor()
    {
        TinyModel shape; // of two rows by matrix "attn_k", whose scales by row take as much as one for all
        shape.heads = shape.kvHeads = 1;
        shape.headSize = 2;
        const auto base = shape.make(), tuned = tunedFrom(*base, 4), other = tunedFrom(*base, 5);
        QVERIFY(writeTuned(*base, nullptr, at("two.tritloom"), false).has_value());
        const auto stored = loadModel(at("two.tritloom")).value();
        QVERIFY(writeTuned(*tuned, stored.get(), at("twodelta.tritloom")).has_value());
        const auto delta = loadModel(at("twodelta.tritloom")).value();
        const auto found = std::ranges::find_if(delta->layers, [](const Layer& layer) { return layer.rows == 2; });
        QVERIFY(found != delta->layers.end());
        const auto layer = LayerId(found - delta->layers.begin());
        const auto isKept = [&](const Parameters& parameters, std::shared_ptr<const Model> over) {
            Compressor compressor(
                delta, [](std::string_view id) { return id == "bitdelta" ? &bitDelta : nullptr; }, nullptr, 0);
            compressor.setBase(std::move(over));
            return compressor.keyOfChoice(layer, {"sign", "bitdelta", parameters})
                == compressor.keyOfChoice(layer, {});
        };
        QVERIFY(isKept({}, nullptr));
        QVERIFY(isKept({}, stored));
        QVERIFY(isKept({{"masks", 1}, {"by_row", 0}}, stored));
        QVERIFY(!isKept({}, other)); // another was chosen
        QVERIFY(!isKept({{"by_row", 1}}, stored));
        QVERIFY(!isKept({{"masks", 2}}, stored));
        QVERIFY(!isKept({{"mask", 1}}, stored)); // no such parameter
    }

    void nothingToReferToIsAnError()
    {
        const auto none = writeTuned(*m_tuned[0], nullptr, at("none.tritloom"));
        QVERIFY(!none.has_value());
        QVERIFY(none.error().message.find("tuned from") != std::string::npos);
        ExportRequest request{.model = *m_tuned[0]->file, .formats = formatsOf(*m_tuned[0]->file)};
        request.layer = [&](std::size_t index) { return storedLayer(m_tuned[0]->file->tensors[index]); };
        request.base = m_base->file.get();
        request.path = at("none.tritloom");
        const auto plain = exportTritloomDelta(request);
        QVERIFY(!plain.has_value());
        QVERIFY(plain.error().message.find("no layer is stored as a difference") != std::string::npos);
        QVERIFY(!std::filesystem::exists(at("none.tritloom")));
    }
};

QTEST_GUILESS_MAIN(BaseFilesTest)
#include "base_files_test.moc"
