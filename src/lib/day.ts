// Days for sentences.

/** The UTC day of an instant, `2030-02-13`. */
export function dayText(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
