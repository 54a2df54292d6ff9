"""What photofind knows about the person's photos: one SQLite file, its writer and its readers."""
