-- As known today. What is revealed later (converted_at, won) is empty until then.
-- name: leads
SELECT lead_id, created_at, source FROM leads ORDER BY lead_id
-- name: converted
SELECT lead_id, converted_at AS became_at FROM leads WHERE converted_at IS NOT NULL ORDER BY lead_id
-- name: won
SELECT lead_id, MIN(closed_at) AS became_at FROM deals WHERE won AND lead_id IS NOT NULL GROUP BY lead_id ORDER BY lead_id
-- name: amounts_of_deals
SELECT lead_id, CAST(SUM(amount_base) AS DOUBLE) AS amount FROM deals WHERE won AND lead_id IS NOT NULL GROUP BY lead_id ORDER BY lead_id
-- name: amounts_of_orders
SELECT leads.lead_id, CAST(SUM(orders.amount_base) AS DOUBLE) AS amount
FROM leads JOIN orders ON orders.customer_id = leads.customer_id
GROUP BY leads.lead_id ORDER BY leads.lead_id
-- name: spend
SELECT day, channel, CAST(SUM(cost) AS DOUBLE) AS cost FROM spend GROUP BY day, channel ORDER BY day, channel
-- name: spend_by_campaign
SELECT day, channel, campaign_id, CAST(SUM(cost) AS DOUBLE) AS cost FROM spend
GROUP BY day, channel, campaign_id ORDER BY day, channel, campaign_id
-- name: campaigns
SELECT campaign_id, name FROM campaigns WHERE name IS NOT NULL ORDER BY campaign_id
