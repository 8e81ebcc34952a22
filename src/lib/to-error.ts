// What was thrown, as an Error: DataLoader tells failures of single keys from values by that.

export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('Something that is no error was thrown.', { cause: thrown });
}
