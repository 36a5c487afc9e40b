#include "core/calibrate/imatrix_file.h"
#include "tests/fuzz/input_file.h"
#include "tests/interop/imatrix_file.h"
#include "tests/support/damaged_bytes.h"
#include "tests/support/tiny_model.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

namespace {

ImatrixFile twoMatrices()
{
    ImatrixFile file;
    file.entries["blk.0.attn_q.weight"] = {{30, 60, 0, 15}, {30}};
    file.entries["blk.1.ffn_up_exps.weight"] = {{2, 4, 9, 27}, {2, 3}}; // two experts
    file.datasets = {"some text"};
    file.chunkCount = 3;
    file.chunkSize = 10;
    return file;
}

std::shared_ptr<Statistics> statisticsOf(const std::shared_ptr<const Model>& model)
{
    std::vector<Chunk> chunks(2);
    for (std::size_t c = 0; c < 2; ++c)
        for (int t = 0; t < 16; ++t)
            chunks[c].tokens.push_back(static_cast<TokenId>((t * 7 + int(c) * 11) % 50));
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    return std::make_shared<Statistics>(model, chunks, std::make_unique<Executor>(std::move(backends)));
}

} // namespace

class ImatrixFileTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void expertsAreAveragedByTheirTokens()
    {
        const ImatrixFile file = twoMatrices();
        QCOMPARE(file.entries.at("blk.0.attn_q.weight").meanSquares(), (std::vector<float>{1, 2, 0, .5f}));
        QCOMPARE(file.entries.at("blk.1.ffn_up_exps.weight").meanSquares(), (std::vector<float>{2.2f, 6.2f}));
        QCOMPARE((ImatrixFile::Entry{{5, 5}, {0}}.meanSquares()), (std::vector<float>{1, 1}));
    }

    void whatIsWrittenIsRead_data()
    {
        QTest::addColumn<bool>("old");
        QTest::newRow("gguf") << false;
        QTest::newRow("old") << true;
    }
    void whatIsWrittenIsRead()
    {
        QFETCH(bool, old);
        const ImatrixFile file = twoMatrices();
        QVERIFY(writeImatrix(path("a"), file, old ? ImatrixForm::Old : ImatrixForm::Gguf).has_value());
        const auto read = readImatrix(path("a"));
        QVERIFY2(read.has_value(), read ? "" : read.error().message.c_str());
        QCOMPARE(read->datasets, file.datasets);
        QCOMPARE(read->chunkCount, file.chunkCount);
        QCOMPARE(read->entries.size(), file.entries.size());
        for (const auto& [name, entry] : file.entries)
            for (std::size_t c = 0; c < entry.meanSquares().size(); ++c) // a mean times the chunks, and back
                QVERIFY(
                    std::fabs(read->entries.at(name).meanSquares()[c] - entry.meanSquares()[c])
                    <= 1e-6f * entry.meanSquares()[c]);
        if (!old) {
            QCOMPARE(read->chunkSize, file.chunkSize);
            QCOMPARE(read->entries.at("blk.1.ffn_up_exps.weight").counts, (std::vector<float>{2, 3}));
        }
        // The reader that feeds llama.cpp's own quantizer in tests/interop understands it too.
        const auto others = interop::readImatrix(path("a"));
        QCOMPARE(others.at("blk.0.attn_q.weight"), (std::vector<float>{1, 2, 0, .5f}));
    }

    void everyCutIsAnError_data() { whatIsWrittenIsRead_data(); }
    void everyCutIsAnError()
    {
        QFETCH(bool, old);
        QVERIFY(
            writeImatrix(path("b"), twoMatrices(), old ? ImatrixForm::Old : ImatrixForm::Gguf).has_value());
        QFile whole(QString::fromStdString(path("b").string()));
        QVERIFY(whole.open(QIODevice::ReadOnly));
        const QByteArray bytes = whole.readAll();
        // The last fields of the old form may be missing: files from before them end there.
        // A GGUF may lack what pads its last tensor.
        const qsizetype optional = old ? 4 + 4 + 9 : 32;
        forEachBeginning(bytes.first(bytes.size() - optional).toStdString(), [](const std::string& part) {
            const InputFile cut(part);
            const auto read = readImatrix(cut.path());
            QVERIFY(!read.has_value() && !read.error().message.empty());
        });
    }

    void numbersThatCannotBeAreRefused()
    {
        for (const float wrong : {-1.0f, std::nanf(""), std::numeric_limits<float>::infinity()}) {
            ImatrixFile file = twoMatrices();
            file.entries["blk.0.attn_q.weight"].sums[2] = wrong;
            QVERIFY(writeImatrix(path("c"), file, ImatrixForm::Gguf).has_value());
            QVERIFY(!readImatrix(path("c")).has_value());
        }
        QVERIFY(!writeImatrix(path("d"), {}, ImatrixForm::Gguf).has_value());
        QVERIFY(!readImatrix(path("nowhere")).has_value());
    }

    void aModelsStatisticsComeBack_data() { whatIsWrittenIsRead_data(); }
    void aModelsStatisticsComeBack()
    {
        QFETCH(bool, old);
        const auto model = TinyModel{}.make();
        QVERIFY2(model->graph.has_value(), model->whyNotEvaluated.c_str());
        const auto gathered = statisticsOf(model);
        const ImatrixFile file = imatrixOf(*model, *gathered, "tokens", 16, {}).value();
        QCOMPARE(file.chunkCount, 2u);
        QVERIFY(file.entries.contains("blk.0.attn_q.weight"));
        QVERIFY(!file.entries.contains("token_embd.weight")); // looked up, not multiplied
        QVERIFY(writeImatrix(path("e"), file, old ? ImatrixForm::Old : ImatrixForm::Gguf).has_value());

        std::map<std::string, std::vector<float>> given;
        const ImatrixFile read = readImatrix(path("e")).value();
        for (const auto& [name, entry] : read.entries)
            given[name] = entry.meanSquares();
        for (float& value : given.at("blk.1.attn_q.weight"))
            value *= 4; // as if from a louder text
        const auto louder = statisticsOf(model);
        QVERIFY(louder->setMeanSquares(given).has_value());
        QVERIFY(!(louder->key() == gathered->key()));
        for (std::size_t i = 0; i < model->layers.size(); ++i) {
            const auto expected =
                gathered->of(LayerId(i), Calibration::MeanSquare, {}).value().meanSquare.toFloats();
            const auto found =
                louder->of(LayerId(i), Calibration::MeanSquare, {}).value().meanSquare.toFloats();
            const float factor = model->layers[i].name == "blk.1.attn_q.weight" ? 4 : 1;
            for (std::size_t c = 0; c < found.size(); ++c)
                QVERIFY(std::fabs(found[c] - factor * expected[c]) <= 1e-5f * found[c]);
        }
    }

    void aMatrixOfAnotherModelIsRefused()
    {
        const auto statistics = statisticsOf(TinyModel{}.make());
        const auto other = statistics->setMeanSquares({{"some.weight", {1, 2}}});
        QVERIFY(!other.has_value());
        QVERIFY(other.error().message.find("some.weight") != std::string::npos);
        QVERIFY(!statistics->setMeanSquares({{"blk.0.attn_q.weight", {1, 2}}}).has_value());
    }
};

QTEST_APPLESS_MAIN(ImatrixFileTest)
#include "imatrix_file_test.moc"
