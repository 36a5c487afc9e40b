#include "core/export/any_size.h"

#include <QTest>

using namespace tritloom;

/// Whether graphs of a network for two sizes of pictures do the same.
class AnySizeTest : public QObject {
    Q_OBJECT

private slots:
    // A network is written for all sizes where its graphs for two do the same.
    void whatDependsOnTheSizeOfThePictureIsNamed()
    {
        const auto graphOf = [](std::size_t height, std::size_t width, bool pools,
                                const char* name = "mean") {
            const auto sizes = [](std::size_t h, std::size_t w) {
                return std::vector<std::int64_t>{std::int64_t(h), std::int64_t(w)};
            };
            GraphBuilder builder;
            const ValueId x = builder.addInput("picture", {1, 1, height, width});
            Op shrink{OpKind::MaxPool, {}};
            shrink.lists = {{"kernel", {3, 3}}, {"strides", {3, 3}}};
            ValueId y = builder.add(shrink, {x}, {}, "shrink");
            Op back{OpKind::Resize, {{"mode", 1}, {"scale2", double(height) / double(height / 3)}}};
            back.lists["sizes"] = {1, 1, std::int64_t(height), std::int64_t(width)};
            y = builder.add(back, {y}, {}, "back");
            if (pools) {
                Op mean{OpKind::AveragePool, {}};
                mean.lists = {{"kernel", sizes(height, width)}, {"strides", {1, 1}}};
                y = builder.add(mean, {y}, {}, name);
            }
            return std::move(builder).finish(y);
        };
        const auto same = onnx::anySize({}, graphOf(64, 64, false), graphOf(65, 66, false)).value();
        QCOMPARE(same.whyNot, std::string());
        const Graph graph = graphOf(64, 64, false);
        QCOMPARE(same.like.size(), std::size_t(1));
        QVERIFY(same.like.begin()->first == graph.output && same.like.begin()->second == graph.input);
        const auto one = onnx::anySize({}, graphOf(64, 64, true), graphOf(65, 66, true)).value();
        QVERIFY2(one.whyNot.starts_with("node 'mean' ("), one.whyNot.c_str());
        const auto nameless = onnx::anySize({}, graphOf(64, 64, true, ""), graphOf(65, 66, true, "")).value();
        QCOMPARE(nameless.whyNot, std::string("a node without a name (average_pool) behind 'back'"));
    }

    // Pixels become rows, as attention has them, and a picture again.
    void reshapesFollowThePicture()
    {
        const auto graphOf = [](std::size_t height, std::size_t width, std::int64_t odd) {
            GraphBuilder builder;
            const ValueId x = builder.addInput("picture", {1, 4, height, width});
            const auto reshape = [&](ValueId from, std::vector<std::int64_t> shape) {
                Op op{OpKind::Reshape, {}};
                op.lists["shape"] = std::move(shape);
                return builder.add(op, {from}, {}, "reshape");
            };
            const auto pixels = std::int64_t(height * width);
            ValueId y = reshape(x, {4, pixels});
            if (odd != 0)
                y = reshape(y, {odd, 2, 2, pixels / odd});
            return std::move(builder).finish(reshape(y, {1, 4, std::int64_t(height), std::int64_t(width)}));
        };
        const Graph graph = graphOf(64, 64, 0);
        const auto same = onnx::anySize({}, graph, graphOf(65, 66, 0)).value();
        QCOMPARE(same.whyNot, std::string());
        QVERIFY(same.open == (std::map<ValueId, std::size_t>{{graph.nodes[0].output, 1}}));
        QVERIFY(same.like == (std::map<ValueId, ValueId>{{graph.output, graph.input}}));
        const auto one = onnx::anySize({}, graphOf(64, 64, 64), graphOf(65, 66, 65)).value();
        QCOMPARE(one.whyNot, std::string("node 'reshape' (reshape)"));
    }
};

QTEST_APPLESS_MAIN(AnySizeTest)
#include "any_size_test.moc"
