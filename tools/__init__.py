"""Tools that build what the assistant ships."""
