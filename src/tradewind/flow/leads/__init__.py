"""Leads and what is done with them: who calls whom, which actions and sources lead to customers."""
