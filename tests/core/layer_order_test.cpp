#include "core/architecture/model.h"
#include "tests/support/onnx_network.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

class LayerOrderTest : public QObject {
    Q_OBJECT

private slots:
    void layersComeInTheOrderTheNetworkReadsThem()
    {
        OnnxNetwork network;
        std::string x = network.input("x", {1, 3, 8, 8});
        for (const char* name : {"first", "second", "third"})
            x = network.convolution(name, x, 3, 3, 3);
        network.output(x);
        auto& weights = *network.graph().mutable_initializer();
        for (int i = 0; i < weights.size() / 2; ++i)
            weights.SwapElements(i, weights.size() - 1 - i);
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("reversed.onnx").toStdString();
        network.save(path);

        const auto model = loadModel(path);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        std::vector<std::string> names;
        for (const Layer& layer : (*model)->layers)
            names.push_back(layer.name);
        QCOMPARE(names, (std::vector<std::string>{"first.weight", "second.weight", "third.weight"}));
        for (std::size_t i = 0; i < names.size(); ++i)
            QCOMPARE((*model)->layerOf((*model)->layers[i].tensor), std::optional(LayerId(i)));
    }
};

QTEST_APPLESS_MAIN(LayerOrderTest)
#include "layer_order_test.moc"
