#pragma once

#include "app/session/comparison.h"
#include "app/session/reach.h"
#include "app/session/workspace.h"
#include "core/evaluate/evaluation_session.h"

#include <QTemporaryDir>
#include <QtTest>

#include <bit>
#include <cmath>
#include <limits>

namespace tritloom {

/// The language sample as if all of it had been measured. None of its figures was: each is a formula of
/// layer, width and position, so that pictures of pages full of numbers are the same on every machine and
/// cost no minutes. They lie in a project file under the keys that the program itself asks for.
class InventedProject {
public:
    explicit InventedProject(const PluginHost& plugins)
        : m_plugins(plugins)
    {
        m_engine =
            Engine::create(loadModel(sampleModelPath()).value(), plugins.lookup(), EngineOptions()).value();
        m_store = ProjectStore::open(m_folder.filePath("invented.tritproj").toStdString()).value();
        const Model& model = *m_engine->model();
        SensitivityTable table =
            emptyTable(model, candidatesBy(model, method(), m_engine->methods()), m_engine->methods());
        inventCells(table);
        const Allocation everywhere = uniform(model, three());
        const auto fourBits = tritloom::allocate(
            model, table, everywhere,
            {.budgetBytes = std::uint64_t(bitsToBudget(model, 4)), .methods = m_engine->methods()});
        for (const Allocation& allocation : {uniform(model, two()), everywhere, fourBits.value().allocation})
            inventEvaluation(allocation, *table.predictedKl(allocation));
        inventComparison();
    }

    [[nodiscard]] std::shared_ptr<Workspace> open()
    {
        // A file of its own: what one picture does to the project is not in the next.
        const std::filesystem::path path =
            m_folder.filePath(QString("%1.tritproj").arg(++m_opened)).toStdString();
        need(m_store->copyTo(path));
        std::shared_ptr<Workspace> workspace =
            Workspace::create(m_engine, m_plugins, ProjectStore::open(path).value());
        workspace->setMethod(method());
        const SensitivityTable& table = workspace->sensitivity().table();
        if (!QTest::qWaitFor([&] { return table.knownCount() == table.cellCount(); }, 60000))
            qFatal("the invented cells are not asked for");
        return workspace;
    }
    /// One format everywhere, then the budget of four bits a weight: two steps, both measured.
    static void allocate(Workspace& workspace)
    {
        take(workspace, three());
        need(workspace.allocateToBudget());
        waitFor(workspace);
    }
    /// What differs enough from the original to be seen in a text.
    static void takeTwoBits(Workspace& workspace) { take(workspace, two()); }

private:
    /// Answers each question with a number, and keeps the answer in the project.
    class Answers final : public ResultStore {
    public:
        Answers(
            ProjectStore& store, std::string kind, std::function<std::vector<std::byte>(std::size_t)> answer)
            : m_store(store)
            , m_kind(std::move(kind))
            , m_answer(std::move(answer))
        {
        }
        std::optional<std::vector<std::byte>> find(const Key& key) override
        {
            const std::vector<std::byte> bytes = m_answer(m_asked++);
            m_store.put(key, m_kind, bytes);
            return bytes;
        }
        void put(const Key&, std::string_view, std::span<const std::byte>) override
        {
            qFatal("something is measured that should have been invented");
        }

    private:
        ProjectStore& m_store;
        std::string m_kind;
        std::function<std::vector<std::byte>(std::size_t)> m_answer;
        std::size_t m_asked = 0;
    };

    static void need(const Result<void>& done)
    {
        if (!done)
            qFatal("%s", done.error().message.c_str());
    }
    static void waitFor(Workspace& workspace)
    {
        const EvaluationController& evaluation = workspace.evaluation();
        const auto isMeasured = [&] { return workspace.measurement() != nullptr && !evaluation.isRunning(); };
        if (!QTest::qWaitFor(isMeasured, 60000) || evaluation.latest()->elapsed.count() > 0)
            qFatal("the invented evaluation is not asked for");
    }
    static void take(Workspace& workspace, const Candidate& everywhere)
    {
        workspace.document().replace(
            uniform(workspace.model(), everywhere), QString::fromStdString(everywhere.format));
        waitFor(workspace);
    }
    /// What it makes of weights does not hang on what a processor makes of the calibration text.
    static PluginChoice method() { return {"rtn", {}}; }
    static Candidate three() { return {"q3_k", method().id, {}}; }
    static Candidate two() { return {"q2_k", method().id, {}}; }
    template <typename T>
    static std::vector<std::byte> bytesOfAll(std::span<const T> values)
    {
        const auto bytes = std::as_bytes(values);
        return {bytes.begin(), bytes.end()};
    }
    /// A quarter with every bit, as errors of rounding are.
    static double lossAt(double bits) { return 0.4 * std::exp2(-2 * bits); }

    void inventCells(SensitivityTable& table)
    {
        const std::size_t candidates = table.candidates.size();
        Answers answers(*m_store, "sensitivity", [&](std::size_t question) {
            const std::size_t layer = question / candidates;
            const LayerChoice& choice = table.cells[layer][question % candidates].choice;
            const double bits = parseNumberFormat(choice.format).value()->bitsPerWeight();
            const double weight =
                layer == 0 ? 6 : 0.5 + double(layer * 7 % 11) / 5 + (layer % 7 == 0 ? 3 : 0);
            const double kl = weight * lossAt(bits),
                         stored[] = {kl, kl / 20, lossAt(bits) / 2, lossAt(bits) / 3};
            return bytesOfAll<double>(stored);
        });
        const auto meter = m_engine->makeMeter(nullptr).value();
        recall(table, *meter, answers, 2, [](LayerId, std::size_t, const SensitivityCell&) {});
    }
    void inventEvaluation(const Allocation& allocation, double predicted)
    {
        Answers answers(*m_store, "evaluation", [&](std::size_t chunk) {
            const Chunk& asked = m_engine->chunks()[chunk];
            const std::size_t positions = asked.tokens.size() - 1 - asked.firstScored;
            std::vector<float> own, original, divergence, agrees;
            for (std::size_t p = 0; p < positions; ++p) {
                const std::size_t turn = (p + 3 * chunk) % 13;
                original.push_back(1.1f + 0.15f * float(turn));
                // A little more than predicted, as layers add up; more in the first chunks than in the last.
                divergence.push_back(
                    float(predicted) * (0.6f + 0.08f * float(turn)) * (1.04f - 0.01f * float(chunk)));
                own.push_back(original.back() + divergence.back());
                agrees.push_back(p % 19 == 0 ? 0.0f : 1.0f);
            }
            std::vector<float> all;
            for (const auto* const part : {&own, &original, &divergence, &agrees})
                all.insert(all.end(), part->begin(), part->end());
            return bytesOfAll<float>(all);
        });
        const auto session = m_engine->makeSession(&answers).value();
        (void)session->evaluate(allocation, {}).value();
    }
    /// What the page of comparisons has chosen at first.
    void inventComparison()
    {
        std::vector<Candidate> methods;
        for (const MethodInfo& info : m_plugins.methods())
            if (info.id == "rtn" || info.id == "imatrix" || info.id == "gptq")
                methods.push_back({"", info.id, {}});
        const Model& model = *m_engine->model();
        std::vector<ComparisonRow> rows =
            comparisonRows(model, {"q2_k", "q3_k", "q4_k", "q6_k"}, methods, m_engine->methods()).value();
        rows.insert(rows.begin(), originalRow(model));
        Answers answers(*m_store, "comparison", [&](std::size_t row) {
            const ComparisonRow& asked = rows[row];
            const double kl =
                asked.isOriginal() ? 0 : (30 + double(row % 3) * 6) * lossAt(asked.bitsPerWeight);
            const Measured numbers[] = {
                {kl, kl / 15},
                {7.4 * std::exp(kl), 0.12},
                {1 - std::min(0.5, kl), 0.004},
                {8000 / asked.bitsPerWeight, std::numeric_limits<double>::quiet_NaN()},
                {7.4, 0.12}};
            std::vector<std::byte> bytes;
            const auto add = [&](auto value) {
                const auto raw = std::bit_cast<std::array<std::byte, sizeof value>>(value);
                bytes.insert(bytes.end(), raw.begin(), raw.end());
            };
            // As comparison.cpp keeps them.
            for (const std::uint64_t whole :
                 {std::uint64_t(2040), asked.bytes, std::uint64_t(0), std::uint64_t(std::size(numbers))})
                add(whole);
            for (const double seconds : {asked.bitsPerWeight, 0.25 * double(row), 1.5})
                add(seconds);
            for (const Measured& number : numbers)
                add(number);
            return bytes;
        });
        const auto meter = makeComparisonMeter(*m_engine, nullptr).value();
        need(runComparison(rows, *meter, &answers, {}, [](std::size_t, const ComparisonRow&) {}));
    }

    const PluginHost& m_plugins;
    QTemporaryDir m_folder;
    std::shared_ptr<Engine> m_engine;
    std::shared_ptr<ProjectStore> m_store;
    int m_opened = 0;
};

} // namespace tritloom
