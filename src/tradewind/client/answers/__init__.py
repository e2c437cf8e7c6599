"""What the API answers, as dataclasses: the same names and fields as in its OpenAPI document."""
