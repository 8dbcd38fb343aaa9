-- grain: one row per docking test, branch and grid: subjects that have passed it, and its register;
-- subjects of several grids singly
with

each_subject as (
    select * from {{ ref('int_docking_subject_each') }}
),

{{ alike(
    'each_subject',
    'subject_id',
    'subject_count',
    keys=['branch_id', 'grid_id', 'test_code', 'is_docked'],
    sums=['registered_count'],
    within=['test_code']
) }}

select * from alike
