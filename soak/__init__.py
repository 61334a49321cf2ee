"""Long runs in which parts of a running service are killed: what was said must survive them all."""
