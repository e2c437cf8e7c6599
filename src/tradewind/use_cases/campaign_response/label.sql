-- name: eligible
-- Who could be contacted: customers with a purchase within the last :active_within.
SELECT orders.customer_id
FROM orders
WHERE orders.happened_at >= :active_within_ago
  AND orders.amount >= 0
GROUP BY orders.customer_id

-- name: outcome
-- Learned from those who then were contacted: a campaign was sent within :contact_within after the cutoff. The answer is
-- whether a coupon was redeemed between the first such contact and the end of the horizon.
SELECT
  contacted.customer_id,
  CASE WHEN count(events.name) > 0 THEN 1.0 ELSE 0.0 END AS outcome
FROM (
  SELECT eligible.customer_id, min(touches.happened_at) AS sent_at
  FROM eligible
  INNER JOIN touches ON touches.customer_id = eligible.customer_id
  WHERE touches.kind = 'sent'
    AND touches.happened_at >= :cutoff
    AND touches.happened_at < :contact_within_ahead
  GROUP BY eligible.customer_id
) AS contacted
LEFT JOIN events
  ON events.customer_id = contacted.customer_id
  AND events.name = 'coupon_redeemed'
  AND events.happened_at >= contacted.sent_at
  AND events.happened_at < :horizon_end
GROUP BY contacted.customer_id

-- name: value
-- At stake: what the customer brought in over the last :spend_within.
SELECT
  orders.customer_id,
  sum(orders.amount_base) AS value
FROM orders
WHERE orders.happened_at >= :spend_within_ago
GROUP BY orders.customer_id
