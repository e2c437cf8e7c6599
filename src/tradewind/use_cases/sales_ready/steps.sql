-- Each SELECT but the last is asked at every cutoff, a week apart, and sees only what was known by then.
-- name: open
-- Open leads: they came in within the last :open_within and, as far as was known, had neither converted nor been given up.
SELECT lead_id, created_at, source, owner
FROM leads
WHERE created_at < :cutoff AND created_at >= :open_within_ago AND converted_at IS NULL AND lost_at IS NULL
-- name: events
SELECT lead_id, happened_at, name AS what, url AS more FROM events
WHERE lead_id IS NOT NULL AND happened_at >= :lately_ago
-- name: touches
SELECT lead_id, happened_at, channel AS what, kind AS more FROM touches
WHERE lead_id IS NOT NULL AND happened_at >= :lately_ago
-- name: activities
SELECT lead_id, happened_at, kind AS what, CAST(NULL AS VARCHAR) AS more FROM activities
WHERE lead_id IS NOT NULL AND happened_at >= :lately_ago
-- name: texts
SELECT lead_id, happened_at, kind AS what, CAST(NULL AS VARCHAR) AS more FROM texts
WHERE lead_id IS NOT NULL AND happened_at >= :lately_ago
-- name: converted
-- As known today.
SELECT lead_id, converted_at FROM leads WHERE converted_at IS NOT NULL
