"""What was found, as it is told: findings, their money, tables, charts and report."""
