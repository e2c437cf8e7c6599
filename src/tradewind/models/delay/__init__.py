"""Conversions still to come: what a share of converted leads will be once all have had their time."""
