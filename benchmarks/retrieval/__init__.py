"""Training ALAN on a retrieval data set, and how well it then finds: Recall@K (METHODS A, D)."""
