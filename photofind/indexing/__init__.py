"""From folders on disk to rows in the catalog: reconcile, then identify, decode, embed, store."""
