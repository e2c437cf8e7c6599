-- name: eligible
-- A company whose people have a subscription that has begun, has not ended, and whose trial is over (or :with_trials).
SELECT coalesce(subscriptions.account_id, customers.account_id) AS account_id
FROM subscriptions
LEFT JOIN customers ON customers.customer_id = subscriptions.customer_id
WHERE subscriptions.started_at < :cutoff
  AND subscriptions.ended_at IS NULL
  AND (:with_trials OR subscriptions.trial_ends_at IS NULL OR subscriptions.trial_ends_at <= :cutoff)
GROUP BY coalesce(subscriptions.account_id, customers.account_id)

-- name: outcome
-- Left: an end within the horizon that nothing of the same company follows: no subscription of any of its people goes on
-- beyond it, or begins at most :switch_within later.
WITH theirs AS (
  SELECT
    coalesce(subscriptions.account_id, customers.account_id) AS account_id,
    subscriptions.started_at,
    subscriptions.ended_at
  FROM subscriptions
  LEFT JOIN customers ON customers.customer_id = subscriptions.customer_id
),
ends AS (
  SELECT
    ended.account_id,
    ended.ended_at,
    max(
      CASE
        WHEN (other.ended_at IS NULL OR other.ended_at > ended.ended_at)
          AND date_diff('day', ended.ended_at, other.started_at) <= :switch_within_days
        THEN 1
        ELSE 0
      END
    ) AS goes_on
  FROM theirs AS ended
  INNER JOIN theirs AS other ON other.account_id = ended.account_id
  WHERE ended.ended_at >= :cutoff
    AND ended.ended_at < :horizon_end
  GROUP BY ended.account_id, ended.ended_at
)
SELECT
  eligible.account_id,
  CASE WHEN count(ends.ended_at) > 0 THEN 1.0 ELSE 0.0 END AS outcome
FROM eligible
LEFT JOIN ends ON ends.account_id = eligible.account_id AND ends.goes_on = 0
GROUP BY eligible.account_id

-- name: value
-- At stake: twelve monthly amounts of what runs. Where the amounts of the past are not known, only today's count.
SELECT
  coalesce(subscriptions.account_id, customers.account_id) AS account_id,
  sum(subscriptions.monthly_amount) * 12 AS value
FROM subscriptions
LEFT JOIN customers ON customers.customer_id = subscriptions.customer_id
WHERE subscriptions.started_at < :cutoff
  AND subscriptions.ended_at IS NULL
GROUP BY coalesce(subscriptions.account_id, customers.account_id)
