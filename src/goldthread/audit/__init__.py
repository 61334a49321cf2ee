"""Who saw and did what: the duties of section 62 of the Data Protection Act 2018, in a log none can quietly alter."""
