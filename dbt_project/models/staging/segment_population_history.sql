-- grain: as segment_population, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/segment_population.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'segment_population_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'segment_population'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.admin_unit_id,
        source.segment_code,
        source.branch_id,
        source.subject_count,
        source.source_name,
        source.statistics_date,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
