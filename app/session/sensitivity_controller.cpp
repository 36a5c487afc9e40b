#include "app/session/sensitivity_controller.h"

#include "app/session/time_left.h"
#include "core/base/parallel.h"

#include <QMetaObject>

#include <thread>

namespace tritloom {
namespace {

constexpr std::chrono::milliseconds parcelInterval{30};
constexpr std::size_t parcelCells = 256;

} // namespace

SensitivityController::SensitivityController(
    std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_store(store)
    , m_table(emptyTable(
          *m_engine->model(), standardCandidates(*m_engine->model(), "imatrix"), m_engine->methods()))
    , m_worker([this](const Request& request, std::stop_token stop) {
        becomeBackgroundThread(); // what is dragged is waited for, this is not
        if (!request.run)
            return;
        const auto ready = needMeter(request);
        SensitivityTable table = request.table;
        // Cells found in the store come by thousands: they cross in parcels, with room between them for the
        // window.
        std::vector<Arrival> parcel;
        auto sent = std::chrono::steady_clock::now();
        const auto send = [&] {
            QMetaObject::invokeMethod(
                this,
                [this, generation = request.generation, cells = std::exchange(parcel, {})] {
                    take(generation, cells);
                },
                Qt::QueuedConnection);
        };
        if (request.recallOnly) {
            if (!ready)
                return; // what cannot be measured has nothing to be recalled either
            tritloom::recall(
                table, *m_meter, *m_store, request.chunkLimit,
                [&](LayerId layer, std::size_t candidate, const SensitivityCell& cell) {
                    parcel.push_back({layer, candidate, cell});
                    if (parcel.size() < parcelCells)
                        return;
                    send();
                    std::this_thread::sleep_for(parcelInterval);
                });
            send();
            return;
        }
        const auto result = !ready
            ? ready
            : sweep(
                table, *m_meter, m_store, request.chunkLimit, stop,
                [&](LayerId layer, std::size_t candidate, const SensitivityCell& cell) {
                    parcel.push_back({layer, candidate, cell});
                    const auto waited = std::chrono::steady_clock::now() - sent;
                    if (waited < parcelInterval && parcel.size() < parcelCells)
                        return;
                    if (waited < parcelInterval)
                        std::this_thread::sleep_for(parcelInterval - waited);
                    send();
                    sent = std::chrono::steady_clock::now();
                });
        send();
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, result] {
                if (generation != m_generation)
                    return;
                m_running = false;
                if (!result && result.error().code != ErrorCode::Cancelled)
                    emit failed(QString::fromStdString(result.error().message));
                emit runningChanged();
            },
            Qt::QueuedConnection);
    })
{
}

SensitivityController::~SensitivityController() = default;

void SensitivityController::take(quint64 generation, const std::vector<Arrival>& cells)
{
    if (generation != m_generation)
        return;
    for (const auto& [layer, candidate, cell] : cells) {
        m_table.cells[std::size_t(layer)][candidate] = cell;
        m_measuredInRun += cell.recalled ? 0 : 1; // the pace is that of measuring
        emit cellMeasured(layer, int(candidate));
    }
}

void SensitivityController::setCandidates(std::vector<Candidate> candidates)
{
    cancel();
    SensitivityTable table = emptyTable(*m_engine->model(), std::move(candidates), m_engine->methods());
    for (std::size_t layer = 0; layer < table.cells.size(); ++layer)
        for (SensitivityCell& cell : table.cells[layer])
            if (const SensitivityCell* const known = m_table.find(LayerId(layer), cell.choice))
                cell = *known;
    table.company = std::move(m_table.company);
    m_table = std::move(table);
    emit tableChanged();
    recall();
}

void SensitivityController::setCompany(std::vector<double> company)
{
    if (company.size() != m_table.cells.size())
        return;
    m_table.company = std::move(company);
    emit corrected();
}

void SensitivityController::forget()
{
    cancel();
    m_table = emptyTable(*m_engine->model(), m_table.candidates, m_engine->methods());
    ++m_generation;
    emit tableChanged();
    recall();
}

Result<void> SensitivityController::needMeter(const Request& request)
{
    if (m_meter && m_meterPictures == request.pictures)
        return {};
    m_meter = TRY(m_engine->makeMeter(m_store));
    m_meterPictures = request.pictures;
    return {};
}

void SensitivityController::recall()
{
    if (m_running || m_store == nullptr || !m_engine->whyNotEvaluated().empty())
        return;
    m_worker.post({m_table, ++m_generation, true, true, m_chunkLimit, m_engine->pictures()});
}

void SensitivityController::start()
{
    if (m_running)
        return;
    if (const std::string why = m_engine->whyNotEvaluated(); !why.empty()) {
        emit failed(QString::fromStdString(why));
        return;
    }
    m_running = true;
    m_measuredInRun = 0;
    m_runTime.start();
    m_worker.post({m_table, ++m_generation, true, false, m_chunkLimit, m_engine->pictures()});
    emit runningChanged();
}

void SensitivityController::cancel()
{
    if (!m_running)
        return;
    m_running = false;
    m_worker.post({{}, ++m_generation, false, false, 0, {}});
    emit runningChanged();
}

std::chrono::milliseconds SensitivityController::timeLeft() const
{
    const double left = double(m_table.cellCount() - m_table.knownCount()), done = double(m_measuredInRun);
    return m_running && done > 0
        ? tritloom::timeLeft(std::chrono::milliseconds(m_runTime.elapsed()), done / (done + left))
        : std::chrono::milliseconds(0);
}

} // namespace tritloom
