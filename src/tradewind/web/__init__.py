"""The pages that people open and the API that programs call; no logic of their own."""
