-- grain: one row per organisation and scheme that binds it at period end
with

binding as (
    select * from {{ ref('scheme_binding') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

in_force as (
    select distinct
        binding.org_id,
        binding.scheme_id
    from binding
    inner join context
        on
            binding.effective_date <= context.period_end
            and coalesce(binding.expiry_date >= context.period_end, true)
)

select * from in_force
