"""Survey files: microdata, tables, codebooks, ticks."""
