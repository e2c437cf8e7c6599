-- name: eligible
-- Left within the last :left_within, and nothing runs now. Whoever only had a trial was no customer (unless :with_trials).
SELECT subscriptions.customer_id
FROM subscriptions
WHERE subscriptions.started_at < :cutoff
GROUP BY subscriptions.customer_id
HAVING
  count(*) = count(subscriptions.ended_at)
  AND max(
    CASE
      WHEN :with_trials
        OR subscriptions.trial_ends_at IS NULL
        OR subscriptions.ended_at > subscriptions.trial_ends_at
      THEN subscriptions.ended_at
    END
  ) >= :left_within_ago

-- name: outcome
-- Back: a subscription that begins within the horizon.
SELECT
  eligible.customer_id,
  CASE WHEN count(subscriptions.started_at) > 0 THEN 1.0 ELSE 0.0 END AS outcome
FROM eligible
LEFT JOIN subscriptions
  ON subscriptions.customer_id = eligible.customer_id
  AND subscriptions.started_at >= :cutoff
  AND subscriptions.started_at < :horizon_end
GROUP BY eligible.customer_id

-- name: value
-- To be won: twelve monthly amounts of what ended last. Where the amounts of the past are not known, only today's count.
WITH last_end AS (
  SELECT subscriptions.customer_id, max(subscriptions.ended_at) AS ended_at
  FROM subscriptions
  GROUP BY subscriptions.customer_id
)
SELECT
  eligible.customer_id,
  sum(subscriptions.monthly_amount) * 12 AS value
FROM eligible
INNER JOIN last_end ON last_end.customer_id = eligible.customer_id
INNER JOIN subscriptions
  ON subscriptions.customer_id = last_end.customer_id
  AND subscriptions.ended_at = last_end.ended_at
GROUP BY eligible.customer_id
