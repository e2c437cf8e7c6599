-- name: eligible
-- First-time buyers: all their purchases lie on one day, and that day is within the last :first_within.
SELECT orders.customer_id
FROM orders
WHERE orders.amount >= 0
GROUP BY orders.customer_id
HAVING count(DISTINCT orders.happened_on) = 1
  AND min(orders.happened_at) >= :first_within_ago

-- name: outcome
-- Came back: at least one purchase from the cutoff to the end of the horizon.
SELECT
  eligible.customer_id,
  CASE WHEN count(orders.order_id) > 0 THEN 1.0 ELSE 0.0 END AS outcome
FROM eligible
LEFT JOIN orders
  ON orders.customer_id = eligible.customer_id
  AND orders.happened_at >= :cutoff
  AND orders.happened_at < :horizon_end
  AND orders.amount >= 0
GROUP BY eligible.customer_id

-- name: value
-- At stake: an order like the first one.
SELECT
  orders.customer_id,
  sum(orders.amount_base) AS value
FROM orders
GROUP BY orders.customer_id
