"""The benchmark's own arithmetic: what is counted, mixed and drawn; never how fast anything is."""
