-- name: contracts
-- What runs: since when, what it costs, when it can be left, when a payment failed. Amounts, renewals and failures without a
-- history are known as of today only, and are empty at past dates.
SELECT
  subscriptions.customer_id,
  min(coalesce(subscriptions.trial_ends_at, subscriptions.started_at)) AS began_at,
  sum(subscriptions.monthly_amount) AS monthly_amount,
  min(CASE WHEN subscriptions.renews_at >= :cutoff THEN subscriptions.renews_at END) AS renews_at,
  max(subscriptions.term_months) AS term_months,
  max(subscriptions.payment_failed_at) AS failed_at
FROM subscriptions
WHERE subscriptions.started_at < :cutoff
  AND subscriptions.ended_at IS NULL
  AND (:with_trials OR subscriptions.trial_ends_at IS NULL OR subscriptions.trial_ends_at <= :cutoff)
GROUP BY subscriptions.customer_id

-- name: companies
SELECT customers.customer_id, customers.account_id AS account_id
FROM customers

-- name: usage
-- What they did in each of the last six months of 30 days, the newest first; failed payments are no use.
SELECT
  events.customer_id,
  count(CASE WHEN events.happened_on >= :days_30_ago_day THEN 1 END) AS used_0,
  count(CASE WHEN events.happened_on >= :days_60_ago_day AND events.happened_on < :days_30_ago_day THEN 1 END) AS used_1,
  count(CASE WHEN events.happened_on >= :days_90_ago_day AND events.happened_on < :days_60_ago_day THEN 1 END) AS used_2,
  count(CASE WHEN events.happened_on >= :days_120_ago_day AND events.happened_on < :days_90_ago_day THEN 1 END) AS used_3,
  count(CASE WHEN events.happened_on >= :days_150_ago_day AND events.happened_on < :days_120_ago_day THEN 1 END) AS used_4,
  count(CASE WHEN events.happened_on >= :days_180_ago_day AND events.happened_on < :days_150_ago_day THEN 1 END) AS used_5,
  max(events.happened_on) AS used_on
FROM events
WHERE events.customer_id IS NOT NULL
  AND events.name <> :failed_payment
GROUP BY events.customer_id

-- name: failures
SELECT events.customer_id, max(events.happened_on) AS failed_on
FROM events
WHERE events.customer_id IS NOT NULL
  AND events.name = :failed_payment
GROUP BY events.customer_id

-- name: payments
SELECT
  orders.customer_id,
  count(*) AS payments,
  min(orders.happened_on) AS first_paid_on,
  max(orders.happened_on) AS paid_on
FROM orders
WHERE orders.customer_id IS NOT NULL
  AND orders.amount > 0
GROUP BY orders.customer_id

-- name: messages
-- When they wrote last, and when they last gave less than the middle of all ratings' range.
SELECT
  texts.customer_id,
  max(texts.happened_on) AS wrote_on,
  max(CASE WHEN texts.rating < scale.middle THEN texts.happened_on END) AS bad_on
FROM texts
CROSS JOIN (SELECT (min(texts.rating) + max(texts.rating)) / 2 AS middle FROM texts) AS scale
WHERE texts.customer_id IS NOT NULL
GROUP BY texts.customer_id

-- name: ends
-- Who left when: ends that nothing of the same customer follows within :switch_within.
SELECT ended.customer_id, ended.ended_at
FROM subscriptions AS ended
INNER JOIN subscriptions AS other ON other.customer_id = ended.customer_id
WHERE ended.ended_at < :cutoff
GROUP BY ended.customer_id, ended.ended_at
HAVING
  max(
    CASE
      WHEN (other.ended_at IS NULL OR other.ended_at > ended.ended_at)
        AND date_diff('day', ended.ended_at, other.started_at) <= :switch_within_days
      THEN 1
      ELSE 0
    END
  ) = 0
