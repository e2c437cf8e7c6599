-- name: eligible
-- A company of whose people somebody has a running subscription and has paid before.
SELECT coalesce(subscriptions.account_id, customers.account_id) AS account_id
FROM subscriptions
INNER JOIN (
  SELECT orders.customer_id FROM orders WHERE orders.amount > 0 GROUP BY orders.customer_id
) AS paid ON paid.customer_id = subscriptions.customer_id
LEFT JOIN customers ON customers.customer_id = subscriptions.customer_id
WHERE subscriptions.started_at < :cutoff
  AND subscriptions.ended_at IS NULL
GROUP BY coalesce(subscriptions.account_id, customers.account_id)

-- name: outcome
-- More: a payment within the horizon of more than 1 + :rise times the same person's last payment before, or more
-- subscriptions at its end than at its beginning. Payments are held against payments, because they have a history; a
-- yearly one is held against a yearly one.
WITH theirs AS (
  SELECT
    subscriptions.customer_id,
    coalesce(subscriptions.account_id, customers.account_id) AS account_id,
    subscriptions.started_at,
    subscriptions.ended_at
  FROM subscriptions
  LEFT JOIN customers ON customers.customer_id = subscriptions.customer_id
),
last_at AS (
  SELECT orders.customer_id, max(orders.happened_at) AS happened_at
  FROM orders
  WHERE orders.happened_at < :cutoff
    AND orders.amount > 0
  GROUP BY orders.customer_id
),
before AS (
  SELECT orders.customer_id, max(orders.amount) AS amount
  FROM orders
  INNER JOIN last_at
    ON last_at.customer_id = orders.customer_id
    AND last_at.happened_at = orders.happened_at
  GROUP BY orders.customer_id
),
risen AS (
  SELECT theirs.account_id, count(*) AS payments
  FROM orders
  INNER JOIN before ON before.customer_id = orders.customer_id
  INNER JOIN theirs ON theirs.customer_id = orders.customer_id
  WHERE orders.happened_at >= :cutoff
    AND orders.happened_at < :horizon_end
    AND orders.amount > before.amount * (1 + :rise)
  GROUP BY theirs.account_id
),
running AS (
  SELECT
    theirs.account_id,
    count(CASE WHEN theirs.ended_at IS NULL OR theirs.ended_at >= :cutoff THEN 1 END)
      - count(CASE WHEN theirs.started_at >= :cutoff THEN 1 END) AS at_first,
    count(CASE WHEN theirs.ended_at IS NULL OR theirs.ended_at >= :horizon_end THEN 1 END) AS at_last
  FROM theirs
  WHERE theirs.started_at < :horizon_end
  GROUP BY theirs.account_id
)
SELECT
  eligible.account_id,
  CASE WHEN max(risen.payments) > 0 OR max(running.at_last) > max(running.at_first) THEN 1.0 ELSE 0.0 END AS outcome
FROM eligible
LEFT JOIN risen ON risen.account_id = eligible.account_id
LEFT JOIN running ON running.account_id = eligible.account_id
GROUP BY eligible.account_id

-- name: value
-- To be won: :rise of twelve monthly amounts. Where the amounts of the past are not known, only today's count.
SELECT
  coalesce(subscriptions.account_id, customers.account_id) AS account_id,
  sum(subscriptions.monthly_amount) * 12 * :rise AS value
FROM subscriptions
LEFT JOIN customers ON customers.customer_id = subscriptions.customer_id
WHERE subscriptions.started_at < :cutoff
  AND subscriptions.ended_at IS NULL
GROUP BY coalesce(subscriptions.account_id, customers.account_id)
