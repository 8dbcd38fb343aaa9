-- grain: one row per grid officer, session and day of the year in which the officer was trained
with

training as (
    select * from {{ ref('training_history') }}
    where topic_code in ('grid_policy', 'process', 'finance_knowledge')
),

assignment as (
    select * from {{ ref('grid_assignment') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- officers and managers of a grid on the day of the training, once each
attended as (
    select distinct
        training.branch_id,
        training.training_id,
        training.training_date,
        training.person_id,
        training.topic_code
    from training
    cross join context
    inner join assignment
        on
            training.person_id = assignment.person_id
            and training.training_date >= assignment.start_date
            and coalesce(training.training_date <= assignment.end_date, true)
    where training.training_date between context.year_start and context.period_end
)

select * from attended
