-- name: eligible
-- Open deals: opened, and no closing date was known. A closing date that was only hoped for must not be mapped.
SELECT deals.deal_id
FROM deals
WHERE deals.created_at < :cutoff
  AND deals.closed_at IS NULL

-- name: outcome
-- Won: closed as won from the cutoff to the end of the horizon. A deal that was closed then without anybody saying how is
-- not learned from.
SELECT
  eligible.deal_id,
  max(CASE WHEN deals.won AND deals.closed_at >= :cutoff AND deals.closed_at < :horizon_end THEN 1.0 ELSE 0.0 END) AS outcome
FROM eligible
INNER JOIN deals ON deals.deal_id = eligible.deal_id
WHERE deals.closed_at IS NULL
  OR deals.won IS NOT NULL
  OR deals.closed_at >= :horizon_end
GROUP BY eligible.deal_id

-- name: value
-- At stake: the amount of the deal. Where the amounts of the past are not known, only today's count.
SELECT
  eligible.deal_id,
  max(deals.amount_base) AS value
FROM eligible
INNER JOIN deals ON deals.deal_id = eligible.deal_id
GROUP BY eligible.deal_id
