-- name: eligible
-- New customers: the first purchase of all lies within the last :first_within.
SELECT orders.customer_id
FROM orders
WHERE orders.amount >= 0
GROUP BY orders.customer_id
HAVING min(orders.happened_at) >= :first_within_ago

-- name: outcome
-- Worth: all amounts within the horizon, returns taken off; nothing bought is zero.
SELECT
  eligible.customer_id,
  coalesce(sum(orders.amount_base), 0) AS outcome
FROM eligible
LEFT JOIN orders
  ON orders.customer_id = eligible.customer_id
  AND orders.happened_at >= :cutoff
  AND orders.happened_at < :horizon_end
GROUP BY eligible.customer_id
