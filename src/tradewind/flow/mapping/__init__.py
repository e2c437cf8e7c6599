"""The mapping and the configuration as pages show and change them."""
