"""The forms in which a coordinator writes down a campaign and its tasks."""
