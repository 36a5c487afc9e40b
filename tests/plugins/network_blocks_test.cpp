#include "plugins/block_reconstruction/network_blocks.h"

#include <QTest>

#include <algorithm>

using namespace tritloom;

namespace {

/// Networks as their papers draw them; every convolution and linear layer reads a matrix of its own.
class Drawn {
public:
    Drawn() { picture = builder.addInput("picture", {1, 4, 8, 8}); }

    ValueId layer(OpKind kind, ValueId x, std::string name)
    {
        const TensorId weights{tensors++};
        layers.insert(weights);
        return builder.add({kind, {}}, {x}, {weights}, std::move(name));
    }
    ValueId convolution(ValueId x, std::string name) { return layer(OpKind::Convolution, x, std::move(name)); }
    ValueId relu(ValueId x) { return builder.add({OpKind::Unary, {}}, {x}); }
    ValueId add(ValueId a, ValueId b) { return builder.add({OpKind::Binary, {}}, {a, b}); }
    ValueId concat(ValueId a, ValueId b) { return builder.add({OpKind::Concat, {{"axis", 1}}}, {a, b}); }
    /// A residual block; `shortcut`: a layer, which comes last of all as some files have it.
    ValueId residual(ValueId x, const std::string& name, bool shortcut, std::optional<ValueId> time = {})
    {
        ValueId inside = relu(convolution(x, name + ".1"));
        if (time)
            inside = add(inside, layer(OpKind::Linear, *time, name + ".time"));
        inside = convolution(inside, name + ".2");
        return add(inside, shortcut ? convolution(x, name + ".shortcut") : x);
    }
    std::vector<std::string> blocks(ValueId output, std::size_t longest)
    {
        graph = std::move(builder).finish(output);
        found = networkBlocks(graph, layers, longest);
        std::vector<std::string> told;
        for (const NetworkBlock& block : found) {
            std::string names;
            for (const std::size_t n : block.layers)
                names += (names.empty() ? "" : " ") + graph.nodes[n].name;
            told.push_back(names);
        }
        return told;
    }
    [[nodiscard]] std::vector<std::string> innerOf(std::size_t block) const
    {
        std::vector<std::string> names;
        for (const ValueId value : found[block].inner)
            for (const Node& node : graph.nodes)
                if (node.output == value)
                    names.push_back(node.name);
        return names;
    }

    GraphBuilder builder;
    ValueId picture{};
    Graph graph;
    std::vector<NetworkBlock> found;
    std::set<TensorId> layers;
    std::uint32_t tensors = 0;
};

using Names = std::vector<std::string>;

} // namespace

class NetworkBlocksTest : public QObject {
    Q_OBJECT

private slots:
    void residualBlocksComeOut()
    {
        Drawn n;
        ValueId x = n.relu(n.convolution(n.picture, "stem"));
        x = n.relu(n.residual(x, "a", false));
        x = n.relu(n.residual(x, "b", true));
        x = n.builder.add({OpKind::Reduce, {}}, {x});
        const Names blocks = n.blocks(n.layer(OpKind::Linear, x, "head"), 4);
        QCOMPARE(blocks, (Names{"stem", "a.1 a.2", "b.1 b.2 b.shortcut", "head"}));
        // What is element by element belongs to the block before, the mean to the one behind.
        QCOMPARE(n.graph.nodes[n.found[1].last - 1].op.kind, OpKind::Unary);
        QCOMPARE(n.graph.nodes[n.found[3].first].op.kind, OpKind::Reduce);
        // The shortcut is not the last, wherever it stands.
        QCOMPARE(n.innerOf(1), (Names{"a.1"}));
        QCOMPARE(n.innerOf(2), (Names{"b.1", "b.shortcut"}));
        QVERIFY(n.innerOf(0).empty());
        for (const NetworkBlock& block : n.found) {
            QCOMPARE(block.entries.size(), std::size_t(1));
            QCOMPARE(block.exits.size(), std::size_t(1));
        }
    }

    void blocksOfAUNetComeOutInSpiteOfItsShortcuts()
    {
        Drawn n;
        const ValueId time = n.builder.addInput("time", {1});
        const ValueId steps = n.layer(OpKind::Linear, n.layer(OpKind::Linear, time, "time.1"), "time.2");
        const ValueId a = n.convolution(n.picture, "in");
        const ValueId b = n.residual(a, "down.1", false, steps), c = n.convolution(b, "down.2");
        const ValueId d = n.residual(n.residual(c, "middle.1", false, steps), "middle.2", true, steps);
        const ValueId e = n.residual(n.concat(d, c), "up.1", true, steps);
        const ValueId f = n.residual(n.concat(e, b), "up.2", true, steps);
        const Names blocks = n.blocks(n.convolution(n.relu(f), "out"), 4);
        QCOMPARE(
            blocks,
            (Names{
                "time.1", "time.2", "in", "down.1.1 down.1.time down.1.2", "down.2",
                "middle.1.1 middle.1.time middle.1.2",
                "middle.2.1 middle.2.time middle.2.2 middle.2.shortcut",
                "up.1.1 up.1.time up.1.2 up.1.shortcut", "up.2.1 up.2.time up.2.2 up.2.shortcut", "out"}));
        // A shortcut from far away and the time are entries.
        QCOMPARE(n.found[8].entries.size(), std::size_t(3));
    }

    void everyNodeIsInOneBlock_data()
    {
        QTest::addColumn<int>("depth");
        for (const int depth : {1, 3, 30})
            QTest::addRow("%d layers, each reads all before", depth) << depth;
    }
    void everyNodeIsInOneBlock()
    {
        QFETCH(int, depth);
        Drawn n;
        ValueId x = n.picture;
        for (int i = 0; i < depth; ++i)
            x = n.concat(x, n.relu(n.convolution(x, std::to_string(i))));
        (void)n.blocks(x, 2);
        std::size_t next = 0;
        for (const NetworkBlock& block : n.found) {
            QCOMPARE(block.first, next);
            QVERIFY(block.last > block.first);
            QVERIFY(block.layers.size() <= 8);
            next = block.last;
        }
        QCOMPARE(next, n.graph.nodes.size());
        QCOMPARE(n.found.back().exits, (std::vector<ValueId>{x}));
    }
};

QTEST_APPLESS_MAIN(NetworkBlocksTest)
#include "network_blocks_test.moc"
