#include "core/task/prompt.h"

namespace tritloom {

Result<Tensor> promptTokens(const Model& model, const std::string& prompt)
{
    if (model.tokenizer == nullptr)
        return fail(ErrorCode::Unsupported, "no prompt can be read: {}", model.whyNoTokenizer);
    const std::size_t positions = model.picture->promptTokens;
    std::vector<TokenId> ids = model.tokenizer->encode(prompt);
    ids.resize(std::min(ids.size(), positions - 2));
    ids.insert(ids.begin(), model.tokenizer->bos);
    ids.push_back(model.tokenizer->eos);
    ids.resize(positions, TokenId(model.picture->padToken));
    return Tensor::adoptFloats({positions}, {ids.begin(), ids.end()});
}

std::size_t tokensLost(const Model& model, const std::string& prompt)
{
    if (model.tokenizer == nullptr || !model.picture || model.picture->promptTokens == 0)
        return 0;
    const std::size_t count = model.tokenizer->encode(prompt).size(), room = model.picture->promptTokens - 2;
    return count > room ? count - room : 0;
}

} // namespace tritloom
