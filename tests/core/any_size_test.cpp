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
};

QTEST_APPLESS_MAIN(AnySizeTest)
#include "any_size_test.moc"
