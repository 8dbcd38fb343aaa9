-- metrics: p4_training_joint
-- loads: training@year, grid_assignment@period
-- grain: one row per officer trained and session, once in all and once by topic
with

context as (
    select * from run.run_context
),

attended as (
    select
        training.*,
        row_number() over (
            partition by training.person_id, training.training_id, training.training_date
            order by training.month, training.row_no
        ) as occurrence
    from training_history as training
    cross join context
    where
        training.topic_code in ('grid_policy', 'process', 'finance_knowledge')
        and training.training_date between context.year_start and context.period_end
        and exists (
            select 1 from grid_assignment as assignment
            where
                assignment.person_id = training.person_id
                and assignment.start_date <= training.training_date
                and coalesce(assignment.end_date >= training.training_date, true)
        )
)

select
    unnest(['all', topic_code]) as segment,
    'training' as ledger,
    branch_id,
    load_id,
    row_no,
    training_id || ' ' || person_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    person_id,
    training_date,
    topic_code,
    course_name
from attended
where occurrence = 1 and list_contains($branches, branch_id)
