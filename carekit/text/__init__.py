"""What the words of a post say: language, tone, questions, hand-offs, abuse, personal data."""
