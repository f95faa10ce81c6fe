"""The latent space of a generator: walks, projection and editing."""
