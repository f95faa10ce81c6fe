"""What a trained translator is used for: pictures of any size, of a person's own."""
