"""How good a prediction is: figures with intervals beside the rules of thumb, and the tables that charts read."""
