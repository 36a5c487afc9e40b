#include "config.h"
#include "gguf_writer.h"
#include "trainer.h"
#include "vocabulary.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>

namespace {

using namespace sample;

constexpr const char* usage =
    R"(train_sample train WORK [name=value ...]  all steps; goes on from a checkpoint
             steps stopAfter dropout sequences workers muon adam decay seed
train_sample repeats WORK                whether runs, interrupted or not, end with the same bits
train_sample export WORK FILE.gguf       the checkpoint in 16 bit
train_sample perplexity WORK TEXT.ids    of the exported weights, chunks of 512, second halves counted
train_sample generate WORK TEXT.ids N    the greedy continuation
train_sample gradients WORK              of the fast path against automatic ones of the plain path
)";

/// Matrices as the file holds them.
std::vector<Parameter> exportedParameters(const std::string& work)
{
    std::vector<Parameter> parameters = loadCheckpoint(work + "/checkpoint.pt");
    for (Parameter& parameter : parameters) {
        if (parameter.isMatrix())
            parameter.value = parameter.value.to(torch::kFloat16).to(torch::kFloat32);
    }
    return parameters;
}

void train(const std::string& work, const std::map<std::string, double>& given)
{
    TrainingOptions options;
    const auto value = [&given](const char* name, double standard) {
        const auto at = given.find(name);
        return at == given.end() ? standard : at->second;
    };
    options.steps = static_cast<std::int64_t>(value("steps", double(options.steps)));
    options.stopAfter = static_cast<std::int64_t>(value("stopAfter", double(options.stopAfter)));
    options.dropout = value("dropout", options.dropout);
    options.sequences = static_cast<int>(value("sequences", options.sequences));
    options.workers = static_cast<int>(value("workers", options.workers));
    options.rates.muon = value("muon", options.rates.muon);
    options.rates.adam = value("adam", options.rates.adam);
    options.rates.decay = value("decay", options.rates.decay);
    options.seed = static_cast<std::uint64_t>(value("seed", 1));
    options.checkpoint = work + "/checkpoint.pt";

    Trainer(readIds(work + "/train.ids"), readIds(work + "/valid.ids"), options).run();
}

/// Eight steps three times: at one go, at one go again, and interrupted after three and after six.
bool repeats(const std::string& work)
{
    const std::vector<int> train = readIds(work + "/train.ids"), valid = readIds(work + "/valid.ids");
    const std::vector<int> few(valid.begin(), valid.begin() + 4 * Config::context + 1);
    TrainingOptions options;
    options.steps = 8;
    const auto weightsOf = [&](const std::string& name, std::initializer_list<std::int64_t> runs) {
        options.checkpoint = work + "/repeats-" + name + ".pt";
        std::filesystem::remove(options.checkpoint);
        for (const std::int64_t steps : runs) {
            options.stopAfter = steps;
            Trainer(train, few, options).run();
        }
        std::vector<Parameter> weights = loadCheckpoint(options.checkpoint);
        std::filesystem::remove(options.checkpoint);
        return weights;
    };
    const auto first = weightsOf("first", {-1}), second = weightsOf("second", {-1}),
               parts = weightsOf("parts", {3, 3, -1});
    bool same = true;
    for (std::size_t i = 0; i < first.size(); ++i) {
        const bool again = torch::equal(first[i].value, second[i].value),
                   resumed = torch::equal(first[i].value, parts[i].value);
        if (!again || !resumed)
            std::printf(
                "%s differs%s%s\n", first[i].name.c_str(), again ? "" : " in a second run",
                resumed ? "" : " in an interrupted run");
        same = same && again && resumed;
    }
    std::printf("%zu tensors: %s\n", first.size(), same ? "the same bits three times" : "not the same");
    return same;
}

void perplexity(const std::string& work, const std::string& idsPath)
{
    const torch::NoGradGuard guard;
    const std::vector<Parameter> parameters = exportedParameters(work);
    std::vector<int> tokens = readIds(idsPath);
    tokens.insert(tokens.begin(), Config::begin);
    constexpr std::int64_t length = Config::context, first = length / 2;
    const std::int64_t chunks = static_cast<std::int64_t>(tokens.size()) / length;
    double sum = 0.0, squares = 0.0;
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
        std::vector<std::int64_t> ids(tokens.begin() + chunk * length, tokens.begin() + (chunk + 1) * length);
        ids[0] = Config::begin;
        const auto logits =
            referenceLogits(parameters, torch::tensor(ids)).to(torch::kFloat64).log_softmax(-1);
        for (std::int64_t at = first; at + 1 < length; ++at) {
            const double loss = -logits[at][ids[static_cast<std::size_t>(at) + 1]].item<double>();
            sum += loss;
            squares += loss * loss;
        }
    }
    const double count = static_cast<double>(chunks * (length - first - 1)), mean = sum / count;
    const double error = std::sqrt((squares / count - mean * mean) / (count - 1.0));
    std::printf(
        "%zu tokens, %lld chunks: perplexity %.4f +- %.4f (%.5f nats)\n", tokens.size(),
        static_cast<long long>(chunks), std::exp(mean), std::exp(mean) * error, mean);
}

void generate(const std::string& work, const std::string& idsPath, int count)
{
    const torch::NoGradGuard guard;
    const std::vector<Parameter> parameters = exportedParameters(work);
    std::vector<int> ids = readIds(idsPath);
    ids.insert(ids.begin(), Config::begin);
    for (int i = 0; i < count && ids.size() < Config::context; ++i) {
        const std::vector<std::int64_t> wide(ids.begin(), ids.end());
        ids.push_back(referenceLogits(parameters, torch::tensor(wide))[-1].argmax().item<int>());
    }
    ids.erase(ids.begin());
    std::printf("%s\n", Vocabulary::read(work + "/vocabulary.txt").decode(ids).c_str());
}

/// A wrong hand-written gradient still trains, only worse; so it is compared instead of judged by the loss.
void gradients(const std::string& work)
{
    std::vector<Parameter> parameters = loadCheckpoint(work + "/checkpoint.pt");
    const std::vector<int> tokens = readIds(work + "/valid.ids");
    const std::vector<std::int64_t> ids(tokens.begin(), tokens.begin() + Config::context + 1);
    const auto inputs = torch::tensor(ids).slice(0, 0, -1),
               targets = torch::tensor(ids).slice(0, 1).contiguous();

    std::vector<torch::Tensor> rounded;
    for (const Parameter& parameter : parameters)
        rounded.push_back(parameter.value.to(torch::kBFloat16));
    TrainingModel model(parameters);
    model.begin(rounded);
    model.loss(inputs.unsqueeze(0), targets.unsqueeze(0), 1.0, 0.0).backward();

    for (Parameter& parameter : parameters)
        parameter.value = parameter.value.clone().requires_grad_(true);
    const auto logs = referenceLogits(parameters, inputs).log_softmax(-1);
    torch::nll_loss(logs, targets, {}, at::Reduction::Sum).backward();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto fast = model.weights()[i].leaf.grad().to(torch::kFloat64);
        const auto plain = parameters[i].value.grad().to(torch::kFloat64);
        std::printf(
            "%-20s relative difference %.4f\n", parameters[i].name.c_str(),
            ((fast - plain).norm() / plain.norm()).item<double>());
    }
}

int run(const std::vector<std::string>& arguments)
{
    const std::string command = arguments.empty() ? "" : arguments[0];
    if (command == "train" && arguments.size() >= 2) {
        std::map<std::string, double> given;
        for (std::size_t i = 2; i < arguments.size(); ++i) {
            const std::size_t equals = arguments[i].find('=');
            given[arguments[i].substr(0, equals)] = std::stod(arguments[i].substr(equals + 1));
        }
        train(arguments[1], given);
    } else if (command == "repeats" && arguments.size() == 2) {
        return repeats(arguments[1]) ? EXIT_SUCCESS : EXIT_FAILURE;
    } else if (command == "export" && arguments.size() == 3) {
        writeGguf(
            arguments[2], exportedParameters(arguments[1]),
            Vocabulary::read(arguments[1] + "/vocabulary.txt"));
    } else if (command == "perplexity" && arguments.size() == 3) {
        perplexity(arguments[1], arguments[2]);
    } else if (command == "generate" && arguments.size() == 4) {
        generate(arguments[1], arguments[2], std::stoi(arguments[3]));
    } else if (command == "gradients" && arguments.size() == 2) {
        gradients(arguments[1]);
    } else {
        std::fputs(usage, stderr);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(std::vector<std::string>(argv + 1, argv + argc));
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "train_sample: %s\n", problem.what());
        return EXIT_FAILURE;
    }
}
