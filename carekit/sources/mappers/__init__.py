"""Raw items of one format → drafts: pure functions, shared by collectors and importers."""
