#include "app/cli/model_commands.h"

#include "app/session/base_remarks.h"
#include "app/session/not_finite.h"
#include "app/session/original_note.h"
#include "app/session/written_formats.h"
#include "core/base/utf8.h"
#include "core/file/base_files.h"

#include <QJsonObject>

#include <algorithm>

namespace tritloom::cli {

std::set<std::string> methodsOf(const Allocation& allocation)
{
    std::set<std::string> methods;
    for (const LayerChoice& choice : allocation.layers)
        if (!choice.format.empty())
            methods.insert(choice.method);
    return methods;
}

void addBaseOption(Context& context)
{
    context.addOption({"base", "What the differences in MODEL are to, where it is not beside it.", "model"});
}

Result<void> checkBase(Context& context, const std::set<std::string>& methods)
{
    const auto needing = std::ranges::find_if(methods, [&](const std::string& id) {
        const LayerMethod* const method = context.plugins().find(id);
        return method != nullptr && method->needsBase();
    });
    const bool isGiven = context.parser.optionNames().contains(QStringLiteral("base"));
    if (needing != methods.end() && !isGiven)
        return context.misuse(
            "the method '{}' needs the model that this one was tuned from: --base", *needing);
    if (needing == methods.end() && isGiven && context.bases().opened() == 0)
        return context.misuse(
            "--base means nothing here: no method stores the difference to another model, and no file holds "
            "one");
    return {};
}

Result<void>
checkMethods(Context& context, const Compressor& compressor, const std::set<std::string>& methods)
{
    TRY_VOID(checkBase(context, methods));
    for (const std::string& method : methods) {
        TRY_VOID(compressor.checkMethod(method));
        if (const std::string why = whyNotAnywhere(compressor.model(), *context.plugins().find(method));
            !why.empty())
            return context.misuse("the method '{}' is not for this model: {}", method, why);
    }
    if (const auto base = compressor.base())
        tell(TRY(baseRemarks(compressor.model(), *base, context.stop)));
    return {};
}

std::string originalText(const Model& model)
{
    const auto note = originalOf(*model.file);
    if (!note)
        return {};
    const std::string place = findOriginal(*note, *model.file).string();
    return note->sentence(model) + (place.empty() ? "" : "; the original is " + place);
}

std::string referenceText(const Context& context, const Model& model)
{
    const auto note = originalOf(*model.file);
    if (!note || context.parser.isSet("reference"))
        return {};
    const std::string place = findOriginal(*note, *model.file).string();
    return fmt::format(
        "the reference is this file itself, which was made from {}: --reference {} measures against that",
        note->name, place.empty() ? "MODEL" : place);
}

QJsonValue originalJson(const Model& model)
{
    const auto note = originalOf(*model.file);
    if (!note)
        return {};
    return QJsonObject{
        {"name", QString::fromStdString(note->name)},
        {"bytes", qint64(note->bytes)},
        {"path", QString::fromStdString(findOriginal(*note, *model.file).string())}};
}

void tell(const std::vector<std::string>& sentences)
{
    for (const std::string& sentence : sentences)
        std::fprintf(stderr, "%s\n", printable(sentence, SIZE_MAX).c_str());
}

Result<void> tellNotFinite(Context& context, const Model& model)
{
    tell(TRY(notFinite(model, context.stop)));
    return {};
}

void tellFailures(const std::vector<std::string>& failures, std::size_t all, const char* what)
{
    if (failures.empty())
        return;
    constexpr std::size_t most = 5; // one cause often fails many
    std::vector<std::string> distinct;
    for (const std::string& failure : failures)
        if (std::ranges::find(distinct, failure) == distinct.end())
            distinct.push_back(failure);
    std::fprintf(stderr, "%zu of %zu %s could not be measured:\n", failures.size(), all, what);
    for (std::size_t i = 0; i < distinct.size() && i < most; ++i)
        std::fprintf(stderr, "  %s\n", distinct[i].c_str());
    if (distinct.size() > most)
        std::fprintf(stderr, "  and %zu other reasons, see --json\n", distinct.size() - most);
}

} // namespace tritloom::cli
