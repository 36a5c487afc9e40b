#include "core/architecture/diffusers/networks.h"

#include <algorithm>
#include <cmath>

namespace tritloom::diffusers {
namespace {

struct SchedulerRow {
    std::string_view name;
    SamplerKind sampler;
    bool isHere; ///< else another sampler over the same schedule takes its place
};
constexpr SchedulerRow schedulers[] = {
    {"DDIMScheduler", SamplerKind::Ddim, true},
    {"DDPMScheduler", SamplerKind::Ddpm, true},
    {"DPMSolverMultistepScheduler", SamplerKind::DpmSolver, true},
    {"PNDMScheduler", SamplerKind::DpmSolver, false},
    {"LMSDiscreteScheduler", SamplerKind::DpmSolver, false},
    {"EulerDiscreteScheduler", SamplerKind::DpmSolver, false},
    {"EulerAncestralDiscreteScheduler", SamplerKind::DpmSolver, false},
    {"HeunDiscreteScheduler", SamplerKind::DpmSolver, false},
    {"DPMSolverSinglestepScheduler", SamplerKind::DpmSolver, false},
    {"UniPCMultistepScheduler", SamplerKind::DpmSolver, false},
    {"DEISMultistepScheduler", SamplerKind::DpmSolver, false},
};

/// The place of a text in a list. Errors: Unsupported, with what is known.
Result<std::size_t> choice(
    const PartConfig& c, std::string_view key, std::string_view otherwise,
    std::initializer_list<std::string_view> known)
{
    const std::string found = TRY(c.text(key, otherwise));
    const auto at = std::ranges::find(known, found);
    if (at == known.end())
        return fail(
            ErrorCode::Unsupported, "{}: {} is '{}', known here are {}", c.file(), key, found,
            fmt::join(known, ", "));
    return std::size_t(at - known.begin());
}

Result<void> readBetas(const PartConfig& c, NoiseSchedule& schedule)
{
    schedule.steps = TRY(c.count("num_train_timesteps", 1000));
    schedule.firstBeta = TRY(c.number("beta_start", 1e-4));
    schedule.lastBeta = TRY(c.number("beta_end", 0.02));
    schedule.betas =
        BetaKind(TRY(choice(c, "beta_schedule", "linear", {"linear", "scaled_linear", "squaredcos_cap_v2"})));
    if (!(schedule.firstBeta > 0 && schedule.lastBeta < 1 && schedule.firstBeta <= schedule.lastBeta))
        return fail(
            ErrorCode::InvalidInput,
            "{}: beta_start is {} and beta_end {}, 0 < beta_start <= beta_end < 1 is expected", c.file(),
            schedule.firstBeta, schedule.lastBeta);
    const Json* const trained = c.find("trained_betas");
    if (trained == nullptr)
        return {};
    for (const Json& beta : *trained)
        if (beta.is_number() && beta.get<double>() > 0 && beta.get<double>() < 1)
            schedule.trainedBetas.push_back(beta.get<double>());
    if (!trained->is_array() || schedule.trainedBetas.size() != schedule.steps
        || trained->size() != schedule.steps)
        return fail(
            ErrorCode::InvalidInput,
            "{}: trained_betas must be {} numbers between 0 and 1, as num_train_timesteps says", c.file(),
            schedule.steps);
    return {};
}

} // namespace

Result<NoiseSchedule> scheduleOf(const ModelFile& file, std::string* notice)
{
    const PartConfig c = TRY(PartConfig::of(file, "scheduler"));
    const std::string name = TRY(c.text("_class_name", ""));
    const auto* const row = std::ranges::find(schedulers, name, &SchedulerRow::name);
    if (row == std::end(schedulers))
        return fail(
            ErrorCode::Unsupported,
            "{}: _class_name is '{}', DDIMScheduler, DDPMScheduler and DPMSolverMultistepScheduler are known "
            "here",
            c.file(), name);
    NoiseSchedule schedule{.trainedBetas = {}, .sampler = row->sampler};
    if (!row->isHere && notice != nullptr)
        *notice = fmt::format(
            "{} asks for {}, which is not here: {} walks over the same noise schedule", c.file(), name,
            samplerNames[std::size_t(row->sampler)]);
    TRY_VOID(readBetas(c, schedule));
    schedule.prediction =
        Prediction(TRY(choice(c, "prediction_type", "epsilon", {"epsilon", "v_prediction", "sample"})));
    const bool isDpm = row->isHere && row->sampler == SamplerKind::DpmSolver;
    schedule.spacing = Spacing(TRY(
        choice(c, "timestep_spacing", isDpm ? "linspace" : "leading", {"leading", "linspace", "trailing"})));
    const double offset = TRY(c.number("steps_offset", 0));
    if (!(offset >= 0 && offset < double(schedule.steps) && offset == std::floor(offset)))
        return fail(
            ErrorCode::InvalidInput, "{}: steps_offset is {}, a whole number from 0 to {} is expected",
            c.file(), offset, schedule.steps - 1);
    schedule.offset = std::size_t(offset);
    schedule.endsClean = TRY(c.flag("set_alpha_to_one", true));
    schedule.clips = TRY(c.flag("clip_sample", row->isHere && !isDpm));
    if (TRY(c.number("clip_sample_range", 1)) != 1)
        return fail(ErrorCode::Unsupported, "{}: clip_sample_range is not 1", c.file());
    schedule.lowerOrderLast = TRY(c.flag("lower_order_final", true));
    TRY_VOID(c.refuse(
        {"rescale_betas_zero_snr", "thresholding", "use_karras_sigmas", "use_exponential_sigmas",
         "use_beta_sigmas", "use_flow_sigmas", "use_lu_lambdas"}));
    if (row->sampler == SamplerKind::Ddpm) {
        const std::size_t variance =
            TRY(choice(c, "variance_type", "fixed_small", {"fixed_small", "fixed_small_log", "fixed_large"}));
        schedule.variance = variance == 2 ? StepVariance::FixedLarge : StepVariance::FixedSmall;
    }
    if (isDpm) {
        TRY_VOID(c.only("algorithm_type", "dpmsolver++"));
        TRY_VOID(c.only("solver_type", "midpoint"));
        if (TRY(c.count("solver_order", 2)) != 2)
            return fail(ErrorCode::Unsupported, "{}: solver_order is not 2", c.file());
        schedule.endsAtZero = TRY(choice(c, "final_sigmas_type", "zero", {"zero", "sigma_min"})) == 0;
    }
    return schedule;
}

} // namespace tritloom::diffusers
