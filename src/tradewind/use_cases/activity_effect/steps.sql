-- Each SELECT but the last two is asked at every cutoff, a week apart, and sees only what was known by then.
-- A deal enters once: in the week in which its first :first days are over. Columns of what was known are added to it.
-- name: deals
SELECT deals.deal_id AS entity, deals.created_at, deals.account_id
FROM deals LEFT JOIN accounts ON accounts.account_id = deals.account_id LEFT JOIN leads ON leads.lead_id = deals.lead_id
WHERE deals.created_at < :first_ago AND deals.created_at >= :reached_ago AND deals.closed_at IS NULL
-- name: leads
SELECT leads.lead_id AS entity, leads.created_at, leads.account_id
FROM leads LEFT JOIN accounts ON accounts.account_id = leads.account_id
WHERE leads.created_at < :first_ago AND leads.created_at >= :reached_ago
  AND leads.converted_at IS NULL AND leads.lost_at IS NULL
-- name: stages
SELECT deal_id AS entity, stage, entered_at FROM deal_stages WHERE entered_at >= :reached_ago
-- name: done_for_deals
SELECT deal_id AS entity, kind, happened_at FROM activities WHERE deal_id IS NOT NULL AND happened_at >= :reached_ago
-- name: done_for_leads
SELECT lead_id AS entity, kind, happened_at FROM activities WHERE lead_id IS NOT NULL AND happened_at >= :reached_ago
-- How each ended, as known today.
-- name: ended_deals
SELECT deal_id AS entity, closed_at AS ended_at, won FROM deals WHERE closed_at IS NOT NULL
-- name: ended_leads
SELECT lead_id AS entity, converted_at AS ended_at, TRUE AS won FROM leads WHERE converted_at IS NOT NULL
