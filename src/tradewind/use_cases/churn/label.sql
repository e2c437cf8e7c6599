-- name: eligible
-- Begun, not ended, and the trial over (or :with_trials); `ended_at` is empty until it has passed.
SELECT subscriptions.customer_id
FROM subscriptions
WHERE subscriptions.started_at < :cutoff
  AND subscriptions.ended_at IS NULL
  AND (:with_trials OR subscriptions.trial_ends_at IS NULL OR subscriptions.trial_ends_at <= :cutoff)
GROUP BY subscriptions.customer_id

-- name: outcome
-- Left: an end within the horizon that nothing follows. What follows an end is a subscription of the same customer that
-- goes on beyond it, or begins at most :switch_within later: a switch to another plan is not leaving.
WITH ends AS (
  SELECT
    ended.customer_id,
    ended.ended_at,
    max(
      CASE
        WHEN (other.ended_at IS NULL OR other.ended_at > ended.ended_at)
          AND date_diff('day', ended.ended_at, other.started_at) <= :switch_within_days
        THEN 1
        ELSE 0
      END
    ) AS goes_on
  FROM subscriptions AS ended
  INNER JOIN subscriptions AS other ON other.customer_id = ended.customer_id
  WHERE ended.ended_at >= :cutoff
    AND ended.ended_at < :horizon_end
  GROUP BY ended.customer_id, ended.ended_at
)
SELECT
  eligible.customer_id,
  CASE WHEN count(ends.ended_at) > 0 THEN 1.0 ELSE 0.0 END AS outcome
FROM eligible
LEFT JOIN ends ON ends.customer_id = eligible.customer_id AND ends.goes_on = 0
GROUP BY eligible.customer_id

-- name: value
-- At stake: twelve monthly amounts of what runs. Where the amounts of the past are not known, only today's count.
SELECT
  eligible.customer_id,
  sum(subscriptions.monthly_amount) * 12 AS value
FROM eligible
INNER JOIN subscriptions ON subscriptions.customer_id = eligible.customer_id
WHERE subscriptions.started_at < :cutoff
  AND subscriptions.ended_at IS NULL
GROUP BY eligible.customer_id
