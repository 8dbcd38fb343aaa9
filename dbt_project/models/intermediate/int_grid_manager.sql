-- grain: one row per grid manager in force, branch and grid, of the side that gold cards go to
with

officer as (
    select * from {{ ref('int_grid_officer') }}
    where role_code = 'manager'
),

switch_value as (
    select * from {{ ref('int_switch_value') }}
    where switch_name = 'gold_card_manager'
),

gold_card as (
    select distinct holder_person_id
    from {{ ref('card') }}
    where card_type_code = 'gold' and status_code = 'active'
),

-- whether it is the bank's or the government's manager the source does not say (AMB-014)
manager as (
    select distinct
        officer.branch_id,
        officer.grid_id,
        officer.person_id,
        gold_card.holder_person_id is not null as has_gold_card
    from officer
    inner join switch_value
        on
            officer.branch_id = switch_value.org_id
            and officer.organisation_code = switch_value.switch_value
    left join gold_card on officer.person_id = gold_card.holder_person_id
)

select * from manager
