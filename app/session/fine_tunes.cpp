#include "app/session/fine_tunes.h"

#include "app/session/picture_engine.h"
#include "app/session/workspace.h"
#include "core/architecture/prepared_file.h"

#include <algorithm>
#include <set>

namespace tritloom {
namespace {

/// As rows have it; "" stays so.
std::filesystem::path placeOf(const std::filesystem::path& path)
{
    std::error_code none;
    return std::filesystem::absolute(namedPath(path), none).lexically_normal();
}

FineTune rowAt(std::filesystem::path path)
{
    FineTune row;
    row.path = std::move(path);
    return row;
}

/// Of a model that is open.
FineTune rowOfModel(std::shared_ptr<const Model> model, std::uint64_t bytes)
{
    FineTune row = rowAt(placeOf(model->file->path));
    row.bytes = bytes;
    row.model = std::move(model);
    return row;
}

/// Bytes of the tensors that are not the base's own, where they lie in memory.
std::uint64_t bytesBeside(const ModelFile& tuned, const ModelFile& base)
{
    std::set<const std::byte*> known;
    const auto isNew = [&known](const Tensor& tensor) {
        return !tensor.isEmpty() && known.insert(tensor.bytes().data()).second;
    };
    const auto visit = [&](const ModelFile& file) {
        std::uint64_t bytes = 0;
        for (const NamedTensor& tensor : file.tensors) {
            if (tensor.replacement) {
                for (const LayerReplacement::Part& part : tensor.replacement->parts)
                    bytes += isNew(part.tensor) ? part.tensor.bytes().size() : 0;
            } else if (isNew(tensor.stored)) {
                bytes += storedBytes(tensor);
            }
        }
        return bytes;
    };
    (void)visit(base);
    return visit(tuned);
}

Result<std::shared_ptr<const Model>>
openTune(const std::filesystem::path& path, BaseFiles& bases, const Model& base)
{
    OverBase opened = TRY(openOverBase(path, bases));
    if (!opened.base)
        return fail(
            ErrorCode::InvalidInput, "{}: it is a model of its own, no fine-tune stored as differences to {}",
            baseName(path), baseName(base.file->path));
    return makeModel(std::move(opened.model));
}

/// All that is needed to look at a model, and why its project keeps nothing.
struct Made {
    std::shared_ptr<Engine> engine;
    std::shared_ptr<ProjectStore> store;
    std::string problem;
};

Result<Made> makeProject(
    std::shared_ptr<const Model> model, const MethodLookup& methods, EngineOptions options,
    const std::optional<PictureOptions>& pictures, std::stop_token stop)
{
    Made made;
    made.engine = TRY(Engine::create(model, methods, std::move(options)));
    if (pictures) {
        auto shown = TRY(PictureEngine::create(model, methods, *pictures, std::move(stop)));
        shown->makeThumbnails();
        made.engine->setPictures(std::move(shown));
    }
    if (auto kept = Workspace::autosaveFor(*model))
        made.store = std::move(kept->store);
    else
        made.problem = kept.error().message;
    return made;
}

} // namespace

FineTunes::FineTunes(const std::shared_ptr<Engine>& engine, std::shared_ptr<ProjectStore> store)
{
    const Model& model = *engine->model();
    FineTune base = rowAt(placeOf(model.file->path));
    base.bytes = model.bytes();
    if (engine->transforms().empty()) { // else its file has the base
        base.model = engine->model();
        base.engine = engine;
        base.store = std::move(store);
    }
    m_rows.push_back(std::move(base));
    beginBases();
}

void FineTunes::beginBases()
{
    m_bases = std::make_shared<BaseFiles>(std::vector{m_rows.front().path}, preparedFile);
    if (m_rows.front().model)
        m_bases->hold(m_rows.front().model->file);
}

std::uint64_t FineTunes::bytes() const
{
    std::uint64_t sum = 0;
    for (const FineTune& row : m_rows)
        sum += row.model ? row.bytes : 0;
    return sum;
}

std::optional<std::size_t> FineTunes::rowOf(const std::filesystem::path& path) const
{
    const auto found = std::ranges::find(m_rows, path, &FineTune::path);
    return found == m_rows.end() ? std::nullopt : std::optional(std::size_t(found - m_rows.begin()));
}

std::optional<std::size_t> FineTunes::rowOf(const Model& model) const
{
    return rowOf(placeOf(model.file->path));
}

std::optional<std::size_t> FineTunes::beside(const Model& model, int steps) const
{
    const auto present = rowOf(model);
    std::vector<std::size_t> turn;
    std::ptrdiff_t at = 0;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        if (present == i)
            at = std::ptrdiff_t(turn.size());
        if (m_rows[i].model)
            turn.push_back(i);
    }
    if (turn.size() < 2)
        return std::nullopt;
    const auto count = std::ptrdiff_t(turn.size());
    return turn[std::size_t(((at + steps) % count + count) % count)];
}

void FineTunes::setBase(std::shared_ptr<const ModelFile> base)
{
    if (m_rows.size() == 1) // what was opened
        m_rows.insert(m_rows.begin(), FineTune());
    auto model = makeModel(ModelFile(*base)); // its tensors are those that were mapped
    const std::uint64_t bytes = model->bytes();
    m_rows.front() = rowOfModel(std::move(model), bytes);
    beginBases();
    for (FineTune& row : m_rows)
        if (&row != &m_rows.front() && row.model)
            row.bytes = bytesBeside(*row.model->file, *base);
    openMissing();
    emit changed();
}

void FineTunes::add(const std::vector<std::filesystem::path>& paths)
{
    for (const std::filesystem::path& given : paths) {
        const std::filesystem::path path = placeOf(given);
        if (const auto known = rowOf(path))
            m_rows[*known].problem.clear();
        else
            m_rows.emplace_back(rowAt(path)).isNew = true;
    }
    openMissing();
    emit changed();
}

std::size_t FineTunes::adopt(const std::shared_ptr<Engine>& engine, std::shared_ptr<ProjectStore> store)
{
    const std::shared_ptr<const Model>& model = engine->model();
    const std::size_t row = rowOf(*model).value_or(m_rows.size());
    if (row == m_rows.size())
        m_rows.emplace_back();
    m_rows[row] = rowOfModel(model, bytesBeside(*model->file, *m_rows.front().model->file));
    m_rows[row].engine = engine;
    m_rows[row].store = std::move(store);
    emit changed();
    return row;
}

void FineTunes::remove(std::size_t row)
{
    if (row == 0 || row >= m_rows.size())
        return;
    m_rows.erase(m_rows.begin() + std::ptrdiff_t(row));
    emit changed();
}

void FineTunes::openMissing()
{
    std::vector<std::filesystem::path> missing;
    for (const FineTune& row : m_rows)
        if (!row.model && row.problem.empty())
            missing.push_back(row.path);
    if (missing.empty())
        return;
    m_opening.start(
        [this, bases = m_bases, base = m_rows.front().model, basePath = m_rows.front().path,
         missing = std::move(missing)](const MethodContext& context) mutable -> Job::Delivery {
            std::vector<Opened> opened;
            if (!base) {
                const auto file = bases->open(basePath);
                if (file) {
                    base = makeModel(ModelFile(**file));
                    bases->hold(base->file);
                }
                opened.push_back(
                    {basePath,
                     file ? Result<std::shared_ptr<const Model>>(base) : tl::make_unexpected(file.error()),
                     base ? base->bytes() : 0});
            }
            for (std::size_t i = 0; i < missing.size() && !context.stop.stop_requested(); ++i) {
                context.progress(double(i) / double(missing.size()));
                if (missing[i] == basePath)
                    continue;
                auto model = base ? openTune(missing[i], *bases, *base)
                                  : tl::make_unexpected(opened.front().model.error());
                const std::uint64_t bytes = model ? bytesBeside(*(*model)->file, *base->file) : 0;
                opened.push_back({missing[i], std::move(model), bytes});
            }
            return [this, opened = std::move(opened)]() mutable { take(std::move(opened)); };
        });
}

void FineTunes::take(std::vector<Opened> opened)
{
    QStringList refusals;
    for (Opened& one : opened) {
        const auto row = rowOf(one.path);
        if (!row || m_rows[*row].model)
            continue; // removed meanwhile, or opened by other means
        FineTune& tune = m_rows[*row];
        if (one.model) {
            tune.model = std::move(*one.model);
            tune.bytes = one.bytes;
            tune.isNew = false;
        } else if (tune.isNew) {
            refusals << QString::fromStdString(one.model.error().message);
            m_rows.erase(m_rows.begin() + std::ptrdiff_t(*row));
        } else {
            tune.problem = one.model.error().message;
        }
    }
    emit changed();
    if (!refusals.isEmpty())
        emit refused(refusals);
}

void FineTunes::pick(std::size_t row, const Engine& present)
{
    if (row >= m_rows.size())
        return;
    if (!m_rows[row].model) {
        add({m_rows[row].path}); // tried again
        return;
    }
    if (m_rows[row].engine) {
        m_picking.cancel(); // this one is newer
        emit picked(row, {});
        return;
    }
    EngineOptions options = present.options();
    options.base = {}; // of that model
    const auto pictures = present.pictures();
    m_picking.start(
        [this, model = m_rows[row].model, methods = present.methods(), options = std::move(options),
         shown = pictures ? std::optional(pictures->options())
                          : std::nullopt](const MethodContext& context) -> Job::Delivery {
            return [this, path = placeOf(model->file->path),
                    made = makeProject(model, methods, options, shown, context.stop)] {
                const auto place = rowOf(path);
                if (!place)
                    return; // removed meanwhile
                if (!made) {
                    emit failed(QString::fromStdString(made.error().message));
                    return;
                }
                m_rows[*place].engine = made->engine;
                m_rows[*place].store = made->store;
                emit picked(*place, QString::fromStdString(made->problem));
            };
        });
}

std::string FineTunes::text() const
{
    std::string text; // no path has a NUL in it
    for (const FineTune& row : m_rows)
        if (!row.isNew)
            text += row.path.string() + '\0';
    return std::ranges::count_if(m_rows, [](const FineTune& row) { return !row.isNew; }) < 2 ? std::string()
                                                                                             : text;
}

void FineTunes::restore(const std::string& text)
{
    std::vector<FineTune> rows;
    for (std::size_t at = 0, end = 0; (end = text.find('\0', at)) != std::string::npos; at = end + 1)
        if (end > at)
            rows.push_back(rowAt(text.substr(at, end - at)));
    if (rows.size() < 2)
        return;
    const FineTune present = m_rows.front();
    const auto found = std::ranges::find(rows, present.path, &FineTune::path);
    // The base may lie elsewhere now: what is open and no fine-tune of the list is it.
    (found == rows.end() ? rows.front() : *found) = present;
    m_rows = std::move(rows);
    beginBases();
    openMissing();
    emit changed();
}

} // namespace tritloom
