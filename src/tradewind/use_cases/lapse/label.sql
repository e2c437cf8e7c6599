-- name: eligible
-- Active: at least one purchase within the last :active_within. Returns (negative amounts) are no purchases.
SELECT orders.customer_id
FROM orders
WHERE orders.happened_at >= :active_within_ago
  AND orders.amount >= 0
GROUP BY orders.customer_id

-- name: outcome
-- Lapsed: not one purchase from the cutoff to the end of the horizon.
SELECT
  eligible.customer_id,
  CASE WHEN count(orders.order_id) = 0 THEN 1.0 ELSE 0.0 END AS outcome
FROM eligible
LEFT JOIN orders
  ON orders.customer_id = eligible.customer_id
  AND orders.happened_at >= :cutoff
  AND orders.happened_at < :horizon_end
  AND orders.amount >= 0
GROUP BY eligible.customer_id

-- name: value
-- At stake: what the customer brought in while active.
SELECT
  orders.customer_id,
  sum(orders.amount_base) AS value
FROM orders
WHERE orders.happened_at >= :active_within_ago
GROUP BY orders.customer_id
