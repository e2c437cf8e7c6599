-- name: eligible
-- Active: at least one purchase within the last :active_within.
SELECT orders.customer_id
FROM orders
WHERE orders.happened_at >= :active_within_ago
  AND orders.amount >= 0
GROUP BY orders.customer_id

-- name: outcome
-- Spend: all amounts within the horizon, returns taken off; nothing bought is zero.
SELECT
  eligible.customer_id,
  coalesce(sum(orders.amount_base), 0) AS outcome
FROM eligible
LEFT JOIN orders
  ON orders.customer_id = eligible.customer_id
  AND orders.happened_at >= :cutoff
  AND orders.happened_at < :horizon_end
GROUP BY eligible.customer_id
