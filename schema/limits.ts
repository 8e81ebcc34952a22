// Bounds that hold all over the schema, and what fields cost that need calls to Gandi.

/** Rows of a page when the caller names no number. */
export const PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;

/** Cost of a field that may need one call to Gandi of its own. A field answered from what is at hand costs 1. */
export const UPSTREAM_CALL_COST = 5;

/** Cost of a mutation: several calls to Gandi, one after another. */
export const MUTATION_COST = 50;
