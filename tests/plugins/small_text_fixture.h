#pragma once

#include "tests/plugins/probe_fixture.h"
#include "tests/support/tiny_model.h"

#include <random>

namespace tritloom::fixture {

/// A transformer with biases on random tokens.
struct SmallText {
    std::shared_ptr<const Model> model = TinyModel{.architecture = "gpt2", .kvHeads = 4}.make();
    std::vector<Chunk> chunks;

    SmallText()
    {
        std::mt19937 random(3);
        for (int i = 0; i < 5; ++i) {
            Chunk chunk;
            for (int t = 0; t < 24; ++t)
                chunk.tokens.push_back(TokenId(random() % 50));
            chunks.push_back(std::move(chunk));
        }
    }
    [[nodiscard]] std::unique_ptr<TextProbe> probe(std::vector<Candidate> candidates) const
    {
        return std::make_unique<TextProbe>(
            std::make_shared<Compressor>(
                model, [](std::string_view id) { return roundingAlone(id); }, nullptr, std::size_t{1} << 20),
            chunks, cpuExecutor(), std::move(candidates), std::size_t{1} << 24, std::stop_token());
    }
};

} // namespace tritloom::fixture
