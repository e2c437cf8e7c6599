-- name: eligible
-- Open leads: they came in within the last :open_within and, as far as was known, had not become a customer.
SELECT leads.lead_id
FROM leads
WHERE leads.created_at < :cutoff
  AND leads.created_at >= :open_within_ago
  AND leads.converted_at IS NULL

-- name: outcome
-- Converted: from the cutoff to the end of the horizon. A lead "converted" before it came in counts for nothing.
SELECT
  eligible.lead_id,
  CASE WHEN count(leads.lead_id) > 0 THEN 1.0 ELSE 0.0 END AS outcome
FROM eligible
LEFT JOIN leads
  ON leads.lead_id = eligible.lead_id
  AND leads.converted_at >= :cutoff
  AND leads.converted_at < :horizon_end
GROUP BY eligible.lead_id

-- name: value
-- At stake: what a converted lead had brought so far, the mean amount of won deals times the share of closed deals that
-- were won.
SELECT
  eligible.lead_id,
  closed.value
FROM eligible
CROSS JOIN (
  SELECT
    round(
      sum(CASE WHEN deals.won THEN deals.amount_base END)
      * count(CASE WHEN deals.won THEN 1 END)
      / nullif(count(CASE WHEN deals.won THEN deals.amount_base END) * count(deals.won), 0),
      2
    ) AS value
  FROM deals
) AS closed
